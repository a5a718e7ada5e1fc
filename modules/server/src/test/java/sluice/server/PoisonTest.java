package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.api.AccountStatus;

/** One client repeats a request that no account can bear; the others notice nothing of it. */
class PoisonTest {
    private static final int HONEST_CLIENTS = 5;
    private static final int REQUESTS_OF_EACH = 40;
    private static final int POISONOUS = 60;

    /** How an account takes it. */
    enum Form {
        SERVER_ERROR(asked -> SayingUpstream.status(500, "{\"error\":{\"type\":\"server_error\",\"message\":\"no\",\"code\":null}}")),
        RESET(asked -> new SayingUpstream.Say.Close(1011, "")),
        SERVER_ERROR_AS_EVENT(asked -> SayingUpstream.events("{\"type\":\"response.failed\",\"sequence_number\":0,\"response\":{\"id\":"
                + "\"resp_1\",\"object\":\"response\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"no\"}}}")),
        FORBIDDEN(asked -> SayingUpstream.status(403, "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"You may not.\","
                + "\"code\":null,\"param\":null}}")),
        TOO_LARGE(asked -> asked.webSocket() ? new SayingUpstream.Say.Close(1009, "message too big")
                : SayingUpstream.status(413, "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"too large\",\"code\":null}}"));

        private final SayingUpstream.Manner manner;

        Form(SayingUpstream.Manner manner) {
            this.manner = manner;
        }
    }

    static Stream<Arguments> forms() {
        return Stream.of(Form.values()).flatMap(form -> Stream.of("off", "prefer").map(webSocket -> Arguments.of(form, webSocket)));
    }

    private static String body(String text) {
        return "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"" + text + "\"}";
    }

    @ParameterizedTest
    @MethodSource("forms")
    void othersAreServed(Form form, String webSocket) throws Exception {
        try (SayingUpstream upstream = new SayingUpstream();
                RunningGateway gateway = besidePoison(upstream, form, webSocket, List.of("a", "b", "c"))) {
            for (String name : List.of("a", "b", "c")) {
                assertEquals(AccountStatus.State.READY, gateway.account(name).state(), name);
            }
        }
    }

    /** It has nobody to be compared with; whatever is thought of it, who can be served is served. */
    @ParameterizedTest
    @MethodSource("forms")
    void othersAreServedByAnAccountThatIsAlone(Form form, String webSocket) throws Exception {
        try (SayingUpstream upstream = new SayingUpstream()) {
            besidePoison(upstream, form, webSocket, List.of("a")).close();
        }
    }

    private static RunningGateway besidePoison(SayingUpstream upstream, Form form, String webSocket, List<String> names)
            throws Exception {
        StringBuilder yaml = new StringBuilder("accounts:\n");
        for (String name : names) {
            yaml.append("  - {name: ").append(name).append(", base-url: \"").append(upstream.uri()).append("\", api-key: sk-")
                    .append(name).append(", websocket: ").append(webSocket).append("}\n");
            upstream.account("sk-" + name, asked -> asked.body().contains("poison") ? form.manner.say(asked)
                    : SayingUpstream.well(asked));
        }
        RunningGateway gateway = RunningGateway.of(yaml.toString());
        CompletableFuture<Integer> poison = asking(gateway, "poison", POISONOUS);
        List<CompletableFuture<Integer>> honest = new ArrayList<>();
        for (int i = 0; i < HONEST_CLIENTS; i++) {
            honest.add(asking(gateway, "honest " + i, REQUESTS_OF_EACH));
        }
        for (CompletableFuture<Integer> served : honest) {
            assertEquals(REQUESTS_OF_EACH, served.get(), "served");
        }
        assertEquals(0, poison.get(), "served");
        return gateway;
    }

    /** Asks one after another; how often it went well. */
    private static CompletableFuture<Integer> asking(RunningGateway gateway, String text, int times) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            int well = 0;
            try {
                for (int i = 0; i < times; i++) {
                    try (TestClient client = gateway.client()) {
                        TestClient.Answer answer = client.post(body(text + " " + i));
                        well += answer.status() == 200 && answer.text().contains("response.completed") ? 1 : 0;
                    }
                }
                result.complete(well);
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
