package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;

/** What the admin API explains is what the live path then does. */
class ExplainTest {
    private static final String[] ACCOUNTS = {"a", "b", "c", "d", "e"};
    @TempDir
    Path folder;

    private static String member(String name, String json) {
        Matcher found = Pattern.compile("\"" + name + "\":(?:\"([^\"]*)\"|(true|false))").matcher(json);
        assertTrue(found.find(), json);
        return found.group(1) == null ? found.group(2) : found.group(1);
    }

    private static String body(Random random, String lastResponse) {
        String model = random.nextInt(6) == 0 ? "only-e" : "gpt-5.1";
        String encrypted = random.nextInt(3) == 0 ? "{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\"x\"}," : "";
        String bound = !lastResponse.isEmpty() && random.nextInt(4) == 0 ? ",\"previous_response_id\":\"" + lastResponse + "\"" : "";
        return "{\"model\":\"" + model + "\",\"input\":[" + encrypted + "{\"role\":\"user\",\"content\":\"hi\"}]" + bound + "}";
    }

    /** Accounts of two organisations and two tiers, one of them with a model of its own. */
    private RunningGateway gateway(SimulatedUpstream upstream) throws IOException {
        // Sessions draw by keys with a secret: with a known one the test does the same each time.
        Path state = folder.resolve("state");
        Files.writeString(state, "sluice-state 2 " + System.currentTimeMillis() + "\nk 11 13\nend 1\n");
        StringBuilder yaml = new StringBuilder("state: {path: \"" + state + "\"}\n"
                + "scheduler: {wait: {timeout: 0s}}\nfailover: {breaker: {failures: 1, open: 1h, max: 1h}}\n"
                + "accounts:\n");
        for (String name : ACCOUNTS) {
            yaml.append("  - {name: ").append(name).append(", base-url: \"").append(upstream.baseUri()).append("\", api-key: sk-")
                    .append(name).append(", organization: ").append(name.compareTo("c") < 0 ? "one" : "two")
                    .append(", weight: ").append(1 + name.charAt(0) % 3).append(name.equals("e") ? ", tier: 1}\n"
                            : ", models: [{from: \"gpt*\"}]}\n");
        }
        return RunningGateway.of(yaml.toString());
    }

    /** Something happens to an account. */
    private static void disturb(Random random, SimulatedUpstream upstream, TestClient admin) throws IOException {
        String name = ACCOUNTS[random.nextInt(ACCOUNTS.length)];
        switch (random.nextInt(8)) {
            case 0 -> upstream.script("sk-" + name, Fault.of("status=500"));
            case 1 -> upstream.script("sk-" + name, Fault.of("status=429;retry=60"));
            case 2 -> upstream.script("sk-" + name, Fault.of("status=401"));
            case 3 -> admin.post("/admin/accounts/" + name + "/disable", "");
            case 4 -> admin.post("/admin/accounts/" + name + "/cool", "");
            default -> {
                admin.post("/admin/accounts/" + name + "/enable", "");
                admin.post("/admin/accounts/" + name + "/reset", "");
            }
        }
    }

    /** A client has its answer a moment before it is booked. What follows on its connection begins behind that. */
    private static TestClient.Answer booked(TestClient client, TestClient.Answer answer) throws IOException {
        assertEquals(200, client.send("GET", "/health/live", new byte[0]).status());
        return answer;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void explainsWhatIsThenDone(long seed) throws IOException {
        Random random = new Random(seed);
        Set<String> layers = new TreeSet<>();
        int stripped = 0;
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = gateway(upstream);
                TestClient admin = new TestClient(gateway.adminUri().getPort()); TestClient client = gateway.client()) {
            String response = "";
            for (int i = 0; i < 300; i++) {
                if (random.nextInt(3) == 0) {
                    disturb(random, upstream, admin);
                }
                String body = body(random, response);
                String session = "session-" + random.nextInt(6);
                String told = admin.post("/admin/explain", body, "session-id", session).text();
                long before = upstream.log().total();
                TestClient.Answer answer = booked(client, client.post("/v1/responses", body, "session-id", session));
                String account = member("account", told);
                String where = "step " + i + ": " + told + "\n" + answer.text();
                layers.add(member("layer", told));
                if (account.isEmpty()) {
                    assertEquals(before, upstream.log().total(), where);
                    boolean limited = answer.text().contains("rate_limit_exceeded") || answer.text().contains("usage_limit_reached");
                    assertEquals(limited ? 429 : 503, answer.status(), where);
                    continue;
                }
                assertTrue(upstream.log().total() > before, where);
                assertEquals("sk-" + account, upstream.log().all().get((int) before).accountKey(), where);
                boolean strips = member("strips_reasoning", told).equals("true");
                String sent = new String(upstream.log().all().get((int) before).body());
                assertEquals(strips, body.contains("encrypted_content") && !sent.contains("encrypted_content"), where);
                assertEquals(!sent.equals(body), told.contains("\"edits\":[\""), where);
                stripped += strips ? 1 : 0;
                if (answer.status() == 200) {
                    response = member("id", answer.text());
                }
            }
        }
        assertEquals(Set.of("load_balance", "none", "response_owner", "session"), layers);
        assertTrue(stripped > 3, "only " + stripped);
    }

    @Test
    void explainsTheDecisionThatIsThenRemembered() throws IOException {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = gateway(upstream);
                TestClient admin = new TestClient(gateway.adminUri().getPort()); TestClient client = gateway.client()) {
            String body = "{\"model\":\"gpt-5.1\",\"input\":\"hi\",\"prompt_cache_key\":\"k\"}";
            for (int i = 0; i < 5; i++) {
                String told = admin.post("/admin/explain", body).text();
                assertEquals(200, client.post(body).status());
                String done = admin.send("GET", "/admin/decisions?limit=1", new byte[0]).text();
                for (String name : new String[] {"layer", "account", "session", "model"}) {
                    assertEquals(member(name, told), member(name, done.substring(done.indexOf("\"decisions\""))), told + "\n" + done);
                }
            }
        }
    }
}
