package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.api.Headers;

/** Where an account tells no usage, the same answer is as dear however it came and however it was asked for. */
class EstimatesTest extends AtAllDoors {
    private static final String MODEL = "gpt-5.1";
    private static final int TOKENS = 400;
    private static final String TEXT = "well".repeat(TOKENS);
    private static final Pattern OUTPUT = Pattern.compile("\"output_tokens\":(\\d+),\"reasoning_tokens\":0,\"usage_estimated\":true");
    /** As real answers repeat of their requests. */
    private static final String FRAME = ",\"instructions\":\"" + "Be brief. ".repeat(500) + "\",\"usage\":null";

    static Stream<Arguments> answers() {
        return Stream.of("streaming", "buffered").flatMap(answer -> Stream.of(true, false).flatMap(asked -> Stream.of(true, false)
                .map(told -> Arguments.of(answer, asked, told))));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void anAnswerIsAsDearWhole(String answer, boolean streamIsAsked, boolean streamComes) throws Exception {
        String response = SayingUpstream.response("completed", MODEL, FRAME).replace("well", TEXT);
        upstream.account("sk-a", asked -> streamComes ? new SayingUpstream.Say.Status(200, "text/event-stream", stream(response),
                Headers.EMPTY) : SayingUpstream.status(200, response));
        try (RunningGateway gateway = gateway(1, "", "log: {requests: json}\nmodules: {answer: " + answer + "}\n")) {
            Heard heard = ask(Door.HTTP_1, gateway, "", "{\"model\":\"gpt-5.1\",\"stream\":" + streamIsAsked + ",\"input\":\"hi\"}");
            assertTrue(heard.well(), heard::text);
            gateway.awaitLog("usage_estimated");
            Matcher told = OUTPUT.matcher(gateway.log());
            assertTrue(told.find(), gateway::log);
            assertEquals(TOKENS, Integer.parseInt(told.group(1)), 5);
        }
    }

    private static String stream(String response) {
        List<String> events = new ArrayList<>(List.of(SayingUpstream.created(MODEL)));
        for (int token = 0; token < TOKENS; token++) {
            events.add(SayingUpstream.delta(token + 1, "well"));
        }
        events.add("{\"type\":\"response.completed\",\"sequence_number\":999,\"response\":" + response + "}");
        return "data: " + String.join("\n\ndata: ", events) + "\n\n";
    }
}
