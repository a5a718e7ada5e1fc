package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sluice.config.Configuration;
import sluice.config.ConfigurationLoader;
import sluice.config.KeyHash;
import sluice.config.LoadResult;

/** Keys, clients and budgets that change while a stream is under way, through every door: who made it pays for it, once. */
class MoneyWhileThingsChangeTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** A token costs a dollar. The stream tells one of each kind. */
    private static final String ASK = "{\"model\":\"gpt-5\",\"stream\":true,\"store\":false,\"max_output_tokens\":4,\"input\":\"hi\"}";
    private static final double COST = 2;

    @TempDir
    private static Path certificates;
    private static TestAuthority authority;
    private static String doors;

    @TempDir
    private Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private final CountDownLatch over = new CountDownLatch(1);
    private SayingUpstream upstream;

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(certificates);
        authority.issue("doors", "EC");
        doors = Door.settings(authority);
    }

    @BeforeEach
    void start() throws IOException {
        upstream = new SayingUpstream();
        // The first answer stands still behind its first output, until the test lets it go on.
        AtomicBoolean first = new AtomicBoolean(true);
        upstream.account("sk-a", asked -> first.getAndSet(false) ? new SayingUpstream.Say.Halt(
                List.of(SayingUpstream.created("gpt-5"), SayingUpstream.delta(1, "we")), over,
                List.of(SayingUpstream.end("response.completed", "completed", "gpt-5", SayingUpstream.usage())))
                : SayingUpstream.well(asked));
    }

    @AfterEach
    void stop() throws IOException {
        over.countDown();
        upstream.close();
        http.shutdownNow();
    }

    private String yaml(String clients) {
        return "accounts: [{name: a, base-url: \"" + upstream.uri() + "\", api-key: sk-a}]\nserver: {" + doors + "}\nstate: {path: "
                + folder.resolve("state") + "}\nusage: {prices: [{model: '*', input: 1000000, cached-input: 1000000, output: 1000000}]}\n"
                + "clients:\n  - {name: other, key-sha256: \"" + KeyHash.of("of-other").hex() + "\"}\n" + clients;
    }

    private static String client(String name, String budget) {
        return "  - {name: " + name + ", key-sha256: \"" + KeyHash.of("of-" + name).hex() + "\"" + budget + "}\n";
    }

    private static Configuration configuration(String yaml) {
        return ((LoadResult.Loaded) new ConfigurationLoader(Map.of("SLUICE_SERVER_PORT", "0", "SLUICE_SERVER_ADMIN_PORT", "0",
                "SLUICE_SERVER_ADMIN_OPEN", "true"), Runtime.getRuntime().maxMemory()).parse("test", yaml, Path.of("")))
                .configuration();
    }

    private JsonNode post(int status, RunningGateway gateway, String path, String body) throws Exception {
        HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(gateway.adminUri() + "/admin/clients" + path))
                .POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(status, answer.statusCode(), answer::body);
        return JSON.readTree(answer.body());
    }

    private double spent(RunningGateway gateway, String name) throws Exception {
        HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(gateway.adminUri() + "/admin/clients")).build(),
                HttpResponse.BodyHandlers.ofString());
        for (JsonNode client : JSON.readTree(answer.body()).get("clients")) {
            if (client.get("name").asText().equals(name)) {
                return client.get("spent_today_usd").asDouble();
            }
        }
        throw new AssertionError("no client " + name + " in " + answer.body());
    }

    /** What happens while a stream is under way. */
    private interface Change {
        void make() throws Exception;
    }

    /** Asks for the stream that stands still, makes {@code change} once its output is here, and hears it to its end. */
    private Heard during(RunningGateway gateway, Door door, String key, Change change) throws Exception {
        AtomicBoolean made = new AtomicBoolean();
        try (Door.Visitor visitor = door.enter(gateway, authority, key)) {
            return visitor.ask(ASK, () -> {
                if (made.getAndSet(true)) {
                    return;
                }
                try {
                    change.make();
                } catch (Exception e) {
                    throw new AssertionError(e);
                } finally {
                    over.countDown();
                }
            });
        }
    }

    private int status(RunningGateway gateway, Door door, String key) throws Exception {
        try (Door.Visitor visitor = door.enter(gateway, authority, key)) {
            return visitor.ask(ASK).status();
        }
    }

    /** A request is charged once it is over. */
    private void awaitCharge(RunningGateway gateway, String name, double atLeast) throws Exception {
        while (spent(gateway, name) < atLeast) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoseKeyIsRevokedPaysForTheStreamThatItHadBegun(Door door) throws Exception {
        try (RunningGateway gateway = RunningGateway.of(yaml(""))) {
            String key = post(201, gateway, "", "{\"name\":\"ci\"}").get("key").asText();
            during(gateway, door, key, () -> post(200, gateway, "/ci/revoke", ""));
            awaitCharge(gateway, "ci", 0.1);

            // A WebSocket ends with its key: then the usage is an estimate of what was sent and seen.
            double charged = spent(gateway, "ci");
            assertTrue(door == Door.WEBSOCKET ? charged > 0 : charged == COST, Double.toString(charged));
            assertEquals(401, status(gateway, door, key));
            assertEquals(charged, spent(gateway, "ci"), "a refusal costs nothing");
            assertEquals(0, spent(gateway, "other"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothKeysOfAClientThatIsRotatedSpendOneBudget(Door door) throws Exception {
        try (RunningGateway gateway = RunningGateway.of(yaml(""))) {
            String first = post(201, gateway, "", "{\"name\":\"ci\",\"budget_usd\":{\"day\":\"2\"}}").get("key").asText();
            String[] second = new String[1];
            int[] meanwhile = new int[1];
            Heard heard = during(gateway, door, first, () -> {
                second[0] = post(201, gateway, "/ci/rotate", "{}").get("key").asText();
                meanwhile[0] = status(gateway, door, second[0]);
            });
            awaitCharge(gateway, "ci", 0.1);

            assertEquals(200, heard.status());
            assertEquals(429, meanwhile[0], "what is left is reserved by the other key's stream");
            assertEquals(COST, spent(gateway, "ci"));
            assertEquals(List.of(429, 429), List.of(status(gateway, door, first), status(gateway, door, second[0])));
            assertEquals(1, upstream.asked("sk-a").size());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReloadThatLowersABudgetLetsTheStreamEndAndRefusesTheNext(Door door) throws Exception {
        try (RunningGateway gateway = RunningGateway.of(yaml(client("ann", ", budget-usd: {day: 100}")))) {
            int[] meanwhile = new int[1];
            Heard heard = during(gateway, door, "of-ann", () -> {
                gateway.process().apply(configuration(yaml(client("ann", ", budget-usd: {day: 1}"))));
                meanwhile[0] = status(gateway, door, "of-ann");
            });
            awaitCharge(gateway, "ann", 0.1);

            assertEquals(200, heard.status());
            assertEquals(429, meanwhile[0], "the new budget is reserved");
            assertEquals(COST, spent(gateway, "ann"));
            assertEquals(429, status(gateway, door, "of-ann"), "the new budget is spent");
            gateway.process().apply(configuration(yaml(client("ann", ", budget-usd: {day: 5}"))));
            assertEquals(200, status(gateway, door, "of-ann"));
            awaitCharge(gateway, "ann", 2 * COST);
            assertEquals(2 * COST, spent(gateway, "ann"), "nothing of it was forgotten or counted twice");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatAReloadTookAwayAndAnotherBringsBackHasStillSpentIt(Door door) throws Exception {
        try (RunningGateway gateway = RunningGateway.of(yaml(client("ann", ", budget-usd: {day: 3}")))) {
            during(gateway, door, "of-ann", () -> gateway.process().apply(configuration(yaml(""))));
            assertEquals(401, status(gateway, door, "of-ann"));
            gateway.process().apply(configuration(yaml(client("ann", ", budget-usd: {day: 3}"))));
            awaitCharge(gateway, "ann", 0.1);
            double charged = spent(gateway, "ann");
            assertTrue(door == Door.WEBSOCKET ? charged > 0 : charged == COST, Double.toString(charged));
            assertEquals(0, spent(gateway, "other"));
        }
    }
}
