package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.Headers;

/**
 * Answers that must be kept whole, larger than a gateway with a heap of 128 MiB has memory for, or many at a time: it says so, blames no
 * account, and goes on; what is smaller passes before and after.
 */
class AnswerMemoryTest {
    private static final String TOO_LARGE = "x".repeat(24 * 1024 * 1024);
    private static final String FITTING = "y".repeat(3 * 1024 * 1024);
    private static final String CREATED = "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\","
            + "\"status\":\"in_progress\",\"output\":[]}}";
    private static final String COMPLETED = "{\"type\":\"response.completed\",\"sequence_number\":9,\"response\":{\"id\":\"resp_1\","
            + "\"status\":\"completed\",\"output\":[]}}";

    @TempDir
    private Path folder;
    private SayingUpstream upstream;
    private ServedProcess gateway;

    @BeforeEach
    void start() throws IOException {
        upstream = new SayingUpstream();
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        upstream.close();
    }

    private void serve(String webSocket) throws IOException {
        Path file = folder.resolve("sluice.yaml");
        Files.writeString(file, "accounts:\n  - {name: one, base-url: '" + upstream.uri() + "', api-key: k, websocket: " + webSocket
                + "}\nfailover: {resend-after-send: always}\n");
        gateway = ServedProcess.start(file);
    }

    private TestClient.Answer ask(boolean stream) throws IOException {
        try (TestClient client = gateway.client()) {
            return client.post("{\"model\":\"m\",\"stream\":" + stream + ",\"input\":\"hi\"}");
        }
    }

    private void says(String... events) {
        says(new SayingUpstream.Say.Events(List.of(events)));
    }

    private void says(SayingUpstream.Say say) {
        upstream.account("k", asked -> say);
    }

    private static void assertNoRoom(TestClient.Answer answer) {
        assertEquals(503, answer.status(), answer::text);
        assertTrue(answer.text().contains("\"memory_budget\""), answer::text);
    }

    /** One account, and it was not blamed: it is asked again at once. */
    private void assertGood(String text, boolean stream) throws IOException {
        TestClient.Answer answer = ask(stream);
        assertEquals(200, answer.status(), () -> answer.text().substring(0, Math.min(300, answer.text().length())));
        assertTrue(answer.text().contains(text));
    }

    @Test
    void jsonThatIsToldAsAnEvent() throws IOException {
        serve("off");
        for (int i = 0; i < 5; i++) {
            json(TOO_LARGE);
            assertNoRoom(ask(true));
        }
        json(FITTING);
        assertGood(FITTING, true);
    }

    private void json(String text) {
        says(new SayingUpstream.Say.Status(200, "application/json",
                "{\"id\":\"resp_1\",\"status\":\"completed\",\"output\":[],\"text\":\"" + text + "\"}", Headers.EMPTY));
    }

    @Test
    void aResponseWhoseEventTellsItsTypeLast() throws IOException {
        serve("off");
        for (int i = 0; i < 5; i++) {
            typedLast(TOO_LARGE);
            assertNoRoom(ask(false));
        }
        typedLast(FITTING);
        assertGood(FITTING, false);
    }

    /** Without a line that tells the type before. */
    private void typedLast(String text) {
        says(new SayingUpstream.Say.Status(200, "text/event-stream", "data: {\"response\":{\"id\":\"resp_1\",\"status\":\"completed\","
                + "\"output\":[],\"text\":\"" + text + "\"},\"type\":\"response.completed\"}\n\n", Headers.EMPTY));
    }

    @Test
    void itemsOfManyAnswersAtATime() throws Exception {
        serve("off");
        String part = "z".repeat(400_000);
        List<String> events = new ArrayList<>(List.of(CREATED));
        for (int i = 0; i < 9; i++) {
            events.add("{\"type\":\"response.output_item.done\",\"output_index\":" + i + ",\"item\":{\"id\":\"i" + i + "\",\"text\":\""
                    + part + "\"}}");
        }
        says(events.toArray(String[]::new));
        List<Future<Integer>> statuses = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 40; i++) {
                statuses.add(clients.submit(() -> ask(false).status()));
            }
            for (Future<Integer> status : statuses) {
                assertTrue(status.get() >= 500, "the stream has no end");
            }
        }
        gateway.settle();
        says(new SayingUpstream.Say.Status(200, "application/json", "{\"id\":\"resp_1\",\"output\":[]}", Headers.EMPTY));
        assertEquals(200, health());
    }

    private int health() throws IOException {
        try (TestClient client = gateway.client()) {
            return client.send("GET", "/health/live", new byte[0]).status();
        }
    }

    @Test
    void messagesOfAnAccountsWebSocket() throws IOException {
        serve("on");
        for (int i = 0; i < 5; i++) {
            says(CREATED, delta(TOO_LARGE), COMPLETED);
            List<String> messages = turn();
            assertEquals(List.of("response.created", "response.failed"), types(messages));
        }
        says(CREATED, delta(FITTING), COMPLETED);
        List<String> messages = turn();
        assertEquals(List.of("response.created", "response.output_text.delta", "response.completed"), types(messages));
        assertTrue(messages.get(1).contains(FITTING));
    }

    private List<String> turn() throws IOException {
        try (TestWebSocket socket = TestWebSocket.open(gateway.port())) {
            return socket.turn("{\"type\":\"response.create\",\"model\":\"m\",\"input\":\"hi\"}");
        }
    }

    private static String delta(String text) {
        return "{\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"delta\":\"" + text + "\"}";
    }

    private static List<String> types(List<String> messages) {
        return messages.stream().map(TestWebSocket::type).map(type -> type.length() > 100 ? type.substring(0, 100) : type).toList();
    }

    @Test
    void messagesOfAnAccountsWebSocketForAClientOfHttp() throws IOException {
        serve("prefer");
        for (int i = 0; i < 5; i++) {
            says(CREATED, delta(TOO_LARGE), COMPLETED);
            assertTrue(ask(true).text().contains("memory_budget"));
        }
        says(CREATED, delta(FITTING), COMPLETED);
        assertGood(FITTING, true);
    }
}
