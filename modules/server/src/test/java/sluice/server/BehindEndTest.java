package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.api.Headers;

/** What an account says behind the end of a response is no client's business, whichever door it came through. */
class BehindEndTest extends AtAllDoors {
    private static final String MODEL = "gpt-5.1";
    private static final String ASK = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
    private static final String END = SayingUpstream.end("response.completed", "completed", MODEL, SayingUpstream.usage());

    static Stream<Arguments> doors() {
        return Arrays.stream(Door.values()).flatMap(door -> Stream.of("batching", "per-line").map(relay -> Arguments.of(door, relay)));
    }

    @ParameterizedTest
    @MethodSource("doors")
    void nothingFollowsTheEndOfAResponse(Door door, String relay) throws Exception {
        upstream.account("sk-a", asked -> new SayingUpstream.Say.Halt(List.of(SayingUpstream.created(MODEL),
                SayingUpstream.delta(1, "well"), END, "{\"type\":\"vendor.note\",\"text\":\"x\"}", SayingUpstream.delta(10, "more"), END,
                "{\"text\":\"no type\"}"), new CountDownLatch(0), List.of()));
        try (RunningGateway gateway = gateway(1, "", "modules: {relay: " + relay + "}\n");
                Door.Visitor visitor = door.enter(gateway, authority, "")) {
            for (int turn = 0; turn < 3; turn++) {
                assertEquals(List.of("response.created", "response.output_text.delta", "response.completed"), types(visitor.ask(ASK)));
            }
        }
    }

    /** A message is JSON; what ends a stream of an account by HTTP is none. */
    @Test
    void theLastWordOfAStreamIsNoMessage() throws Exception {
        upstream.account("sk-a", asked -> SayingUpstream.status(429, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}"));
        upstream.account("sk-b", asked -> new SayingUpstream.Say.Status(200, "text/event-stream", "data: "
                + SayingUpstream.created(MODEL) + "\n\ndata: " + END + "\n\ndata: [DONE]\n\n", Headers.EMPTY));
        try (RunningGateway gateway = RunningGateway.of("accounts:\n  - {name: a, base-url: \"" + upstream.uri() + "\", api-key: sk-a, "
                + "websocket: on, tier: 0}\n  - {name: b, base-url: \"" + upstream.uri() + "\", api-key: sk-b, tier: 1, websocket: off}\n");
                TestWebSocket client = TestWebSocket.open(gateway.port())) {
            for (int turn = 0; turn < 3; turn++) {
                List<String> said = client.turn("{\"type\":\"response.create\"," + ASK.substring(1));
                assertEquals(List.of("response.created", "response.completed"), said.stream().map(TestWebSocket::type).toList());
            }
        }
    }

    /** What an account says behind the end of a turn may reach the gateway only when the next turn of that WebSocket is under way. */
    @ParameterizedTest
    @CsvSource({"HTTP_1, prefer", "WEBSOCKET, on"})
    void whatComesLateIsNotTheBeginningOfTheNextTurn(Door door, String webSocket) throws Exception {
        String limits = "{\"type\":\"codex.rate_limits\",\"rate_limits\":{}}";
        AtomicBoolean late = new AtomicBoolean();
        upstream.account("sk-a", asked -> late.getAndSet(true)
                ? SayingUpstream.events("{\"text\":\"no type\"}", limits, SayingUpstream.delta(10, "more"), END,
                        SayingUpstream.created(MODEL), SayingUpstream.delta(1, "well"), END)
                : SayingUpstream.events(SayingUpstream.created(MODEL), SayingUpstream.delta(1, "well"), END));
        try (RunningGateway gateway = RunningGateway.of("server: {" + Door.settings(authority) + "}\naccounts: [{name: a, base-url: \""
                + upstream.uri() + "\", api-key: sk-a, websocket: " + webSocket + "}]\n");
                Door.Visitor visitor = door.enter(gateway, authority, "")) {
            visitor.ask(ASK); // the first tells how the account begins
            for (int turn = 0; turn < 3; turn++) {
                assertEquals(List.of("codex.rate_limits", "response.created", "response.output_text.delta", "response.completed"),
                        types(visitor.ask(ASK)));
            }
        }
    }

    private static List<String> types(Heard heard) {
        return heard.events().stream().map((JsonNode event) -> event.path("type").asText()).toList();
    }
}
