package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.AccountScheduler.Control;
import sluice.simulator.Fault;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;

/** Sessions and responses stay where they live, and go on elsewhere when that is lost. */
class SessionsTest {
    private static final Pattern REASONING = Pattern.compile("\\{\"id\":\"rs_[^{}]*\"encrypted_content\":\"[^\"]+\"[^{}]*"
            + "(?:\\{[^{}]*\\}[^{}]*)*\\}");

    @TempDir
    private Path folder;
    private SimulatedUpstream upstream;

    @BeforeEach
    void startUpstream() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stopUpstream() {
        upstream.close();
    }

    private RunningGateway gateway(String more) throws IOException {
        StringBuilder yaml = new StringBuilder("accounts:\n");
        for (String name : new String[] {"a", "b", "c"}) {
            yaml.append("  - {name: ").append(name).append(", base-url: \"").append(upstream.baseUri()).append("\", api-key: sk-")
                    .append(name).append(name.equals("a") ? ", weight: 1000}\n" : ", weight: 1}\n");
        }
        return RunningGateway.of(yaml + more);
    }

    private static void control(RunningGateway gateway, String account, Control control) {
        assertTrue(gateway.process().gateway().inForce().scheduler().control(account, control));
    }

    /** One turn of a session; returns the account's key. */
    private String turn(RunningGateway gateway, String session, String body) throws IOException {
        try (TestClient client = gateway.client()) {
            TestClient.Answer answer = client.post("/v1/responses", body, "session-id", session);
            assertEquals(200, answer.status(), answer.text());
            assertTrue(answer.whole());
            return upstream.log().last().accountKey();
        }
    }

    private static String body(String history) {
        return "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":[" + history
                + "{\"role\":\"user\",\"content\":\"go on\"}]}";
    }

    @Test
    void aRestartStrandsNoSessionAndNoResponse() throws IOException {
        String state = "state: {path: \"" + folder.resolve("state") + "\"}\n";
        Map<String, String> homes = new HashMap<>();
        Map<String, String> responses = new HashMap<>();
        try (RunningGateway gateway = gateway(state)) {
            control(gateway, "a", Control.DISABLE);
            for (int i = 0; i < 30; i++) {
                homes.put("session-" + i, turn(gateway, "session-" + i, body("")));
                try (TestClient client = gateway.client()) {
                    Matcher id = Pattern.compile("\"(resp_[^\"]+)\"").matcher(
                            client.post("{\"model\":\"gpt-5.1\",\"input\":\"x\"}").text());
                    assertTrue(id.find());
                    responses.put(id.group(1), upstream.log().last().accountKey());
                }
            }
        }
        assertEquals(2, homes.values().stream().distinct().count());
        try (RunningGateway gateway = gateway(state)) {
            for (Map.Entry<String, String> home : homes.entrySet()) {
                assertEquals(home.getValue(), turn(gateway, home.getKey(), body("")), home.getKey());
            }
            for (Map.Entry<String, String> response : responses.entrySet()) {
                String next = "{\"model\":\"gpt-5.1\",\"input\":\"x\",\"previous_response_id\":\"" + response.getKey() + "\"}";
                assertEquals(response.getValue(), turn(gateway, "", next));
            }
            assertEquals(120, upstream.log().total());
        }
        try (RunningGateway forgetful = gateway("")) {
            long moved = 0;
            for (Map.Entry<String, String> home : homes.entrySet()) {
                moved += turn(forgetful, home.getKey(), body("")).equals(home.getValue()) ? 0 : 1;
            }
            assertTrue(moved > 20, "without the state, only " + moved + " of 30 sessions would move: the test shows nothing");
        }
    }

    @Test
    void fiftyTurnsStayOnTheirAccount() throws IOException {
        try (RunningGateway gateway = gateway("")) {
            for (String session : new String[] {"one", "two", "three", "four"}) {
                control(gateway, "a", Control.DISABLE);
                String home = turn(gateway, session, body(""));
                control(gateway, "a", Control.ENABLE);
                for (int i = 0; i < 50; i++) {
                    assertEquals(home, turn(gateway, session, body("")));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"drop=rst", "status=401", "status=500", "status=429;retry=60", "disable"})
    void aSessionThatLosesItsAccountGoesOnWithoutItsReasoning(String loss) throws IOException {
        for (String key : new String[] {"sk-a", "sk-b", "sk-c"}) {
            upstream.always(key, Fault.of("reasoning"));
        }
        try (RunningGateway gateway = gateway("scheduler: {wait: {timeout: 1s}}\n"); TestClient client = gateway.client()) {
            TestClient.Answer first = client.post("/v1/responses", body(""), "session-id", "s");
            String home = upstream.log().last().accountKey();
            Matcher reasoning = REASONING.matcher(first.text());
            assertTrue(reasoning.find(), first.text());
            String history = reasoning.group() + ",";
            assertEquals(home, turn(gateway, "s", body(history)));
            assertTrue(sent().contains("encrypted_content"));

            if (loss.equals("disable")) {
                control(gateway, home.substring(3), Control.DISABLE);
            } else {
                upstream.always(home, Fault.of(loss));
            }
            String next = turn(gateway, "s", body(history));
            assertNotEquals(home, next);
            assertFalse(sent().contains("encrypted_content"), sent());

            upstream.always(home, Fault.of("reasoning"));
            control(gateway, home.substring(3), Control.ENABLE);
            control(gateway, home.substring(3), Control.RESET);
            upstream.log().clear();
            for (int i = 0; i < 5; i++) {
                String there = turn(gateway, "s", body(history));
                assertTrue(loss.equals("disable") || loss.equals("status=401") ? there.equals(next) : true, there);
                assertEquals(i + 1, upstream.log().total(), "a turn took more than one attempt");
            }
        }
    }

    private static String conversation(String question, int turns) {
        StringBuilder items = new StringBuilder("{\"role\":\"user\",\"content\":\"" + question + "\"}");
        for (int i = 1; i < turns; i++) {
            items.append(",{\"role\":\"assistant\",\"content\":\"answer\"},{\"role\":\"user\",\"content\":\"more ").append(i)
                    .append("\"}");
        }
        return "{\"model\":\"gpt-5.1\",\"instructions\":\"be brief\",\"input\":[" + items + "]}";
    }

    @Test
    void twelveTurnsWithoutAnIdStayOnOneAccount() throws IOException {
        try (RunningGateway gateway = alike(6); TestClient client = gateway.client();
                TestClient admin = new TestClient(gateway.adminUri().getPort())) {
            Set<String> homes = new HashSet<>();
            for (String question : new String[] {"one", "two", "three", "four", "five", "six", "seven", "eight"}) {
                upstream.log().clear();
                for (int i = 1; i <= 12; i++) {
                    assertEquals(200, client.post(conversation(question, i)).status());
                }
                homes.add(upstream.log().last().accountKey());
                assertEquals(1, upstream.log().all().stream().map(ReceivedRequest::accountKey).distinct().count(), question);
            }
            assertTrue(homes.size() > 1, "eight conversations live at " + homes);
            assertEquals(200, client.send("GET", "/health/live", new byte[0]).status(), "the last turn is over");
            String told = admin.post("/admin/explain", conversation("one", 13)).text();
            assertTrue(told.contains("\"layer\":\"session\""), told);
            assertTrue(told.contains("\"session_source\":\"beginning of the conversation\""), told);
            String named = admin.post("/admin/explain", conversation("one", 13), "thread-id", "t").text();
            assertTrue(named.contains("\"layer\":\"load_balance\""), named);
            assertTrue(named.contains("\"session_source\":\"thread-id\""), named);
        }
    }

    @Test
    void subAgentsThatBeginAlikeAreSpread() throws Exception {
        CountDownLatch all = new CountDownLatch(24);
        try (SayingUpstream saying = new SayingUpstream(); RunningGateway gateway = alike(saying.uri(), 6)) {
            for (char name = 'a'; name < 'g'; name++) {
                saying.account("sk-" + name, asked -> {
                    all.countDown();
                    try {
                        all.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return SayingUpstream.well(asked);
                });
            }
            List<CompletableFuture<Integer>> agents = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                CompletableFuture<Integer> status = new CompletableFuture<>();
                agents.add(status);
                Thread.startVirtualThread(() -> {
                    try (TestClient client = gateway.client()) {
                        status.complete(client.post(conversation("do your part", 1)).status());
                    } catch (IOException e) {
                        status.completeExceptionally(e);
                    }
                });
            }
            for (CompletableFuture<Integer> agent : agents) {
                assertEquals(200, agent.get());
            }
            // Each is drawn for itself, so one of the six may well be left out; that four are is one chance in 10^10.
            Set<String> asked = new TreeSet<>();
            for (char name = 'a'; name < 'g'; name++) {
                if (!saying.asked("sk-" + name).isEmpty()) {
                    asked.add("sk-" + name);
                }
            }
            assertTrue(asked.size() > 2, asked::toString);
        }
    }

    /** Accounts that differ in nothing but their names. */
    private RunningGateway alike(int count) throws IOException {
        return alike(upstream.baseUri(), count);
    }

    private static RunningGateway alike(URI upstream, int count) throws IOException {
        StringBuilder yaml = new StringBuilder("accounts:\n");
        for (int i = 0; i < count; i++) {
            char name = (char) ('a' + i);
            yaml.append("  - {name: ").append(name).append(", base-url: \"").append(upstream).append("\", api-key: sk-")
                    .append(name).append("}\n");
        }
        return RunningGateway.of(yaml.toString());
    }

    @Test
    void remembersThatItHadToStripReasoning() throws IOException {
        upstream.script("sk-a", Fault.of("status=400;code=invalid_encrypted_content"));
        String history = "{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\"of-another-time\"},";
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2, "")) {
            for (int i = 0; i < 5; i++) {
                assertEquals("sk-a", turn(gateway, "s", body(history)));
                assertFalse(sent().contains("encrypted_content"));
                assertEquals(2 + i, upstream.log().total());
            }
        }
    }

    @Test
    void asksEachAccountForAResponseWhoseOwnerIsForgotten() throws IOException {
        String id;
        try (RunningGateway gateway = gateway("")) {
            control(gateway, "a", Control.DISABLE);
            control(gateway, "b", Control.DISABLE);
            try (TestClient client = gateway.client()) {
                Matcher found = Pattern.compile("\"(resp_[^\"]+)\"").matcher(client.post("{\"model\":\"m\",\"input\":\"x\"}").text());
                assertTrue(found.find());
                id = found.group(1);
            }
        }
        upstream.log().clear();
        String next = "{\"model\":\"m\",\"input\":\"x\",\"previous_response_id\":\"" + id + "\"}";
        try (RunningGateway gateway = gateway("")) {
            assertEquals("sk-c", turn(gateway, "", next));
            assertTrue(upstream.log().total() <= 3);
            for (String account : new String[] {"a", "b"}) {
                assertEquals(0, gateway.account(account).history().failed());
            }
        }
        try (RunningGateway gateway = gateway("failover: {max-attempts: 1}\n"); TestClient client = gateway.client()) {
            control(gateway, "b", Control.DISABLE);
            control(gateway, "c", Control.DISABLE);
            TestClient.Answer answer = client.post(next);
            assertEquals(400, answer.status());
            assertTrue(answer.text().contains("previous_response_not_found"));
        }
        try (RunningGateway gateway = gateway("scheduler: {wait: {timeout: 0s}}\n"); TestClient client = gateway.client()) {
            control(gateway, "b", Control.DISABLE);
            control(gateway, "c", Control.COOL);
            TestClient.Answer answer = client.post(next);
            assertEquals(503, answer.status(), "nobody knows that it does not exist as long as c was not asked");
            assertTrue(answer.headers().has("retry-after"));
        }
    }

    private String sent() {
        return new String(upstream.log().last().body(), StandardCharsets.UTF_8);
    }
}
