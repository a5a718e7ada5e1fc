package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.api.Headers;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.config.KeyHash;
import sluice.ledger.LogSinkFactory;

/** What answers tell of their use, and what is charged for it: tiers, cache writes, other protocols. */
class ToldPricesTest {
    private static final String USAGE = ",\"service_tier\":\"TIER\",\"usage\":{\"input_tokens\":100,\"input_tokens_details\":{"
            + "\"cached_tokens\":40,\"cache_write_tokens\":20},\"output_tokens\":10,\"output_tokens_details\":{\"reasoning_tokens\":4}}";
    private static final String CHAT = "\"usage\":{\"prompt_tokens\":100,\"prompt_tokens_details\":{\"cached_tokens\":40},"
            + "\"completion_tokens\":10,\"completion_tokens_details\":{\"reasoning_tokens\":4},\"total_tokens\":110}";
    /** Dollars for a million tokens, so that a token costs thousands of billionths of a dollar. */
    private static final String PRICES = "prices: [{model: 'gpt*', input: 10, cached-input: 1, cache-write: 12.5, output: 100}, "
            + "{model: 'gpt*', tier: flex, input: 5, cached-input: 0.5, cache-write: 6.25, output: 50}, "
            + "{model: 'gpt*', tier: priority, input: 20, cached-input: 2, cache-write: 25, output: 200}]";
    private static final long USUAL = 40 * 10_000 + 40 * 1000 + 20 * 12_500 + 10 * 100_000;

    @TempDir
    private static Path certificates;
    private static TestAuthority authority;
    private static String doors;

    @TempDir
    private Path folder;
    private SayingUpstream upstream;

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(certificates);
        authority.issue("doors", "EC");
        doors = Door.settings(authority);
    }

    @BeforeEach
    void start() throws Exception {
        upstream = new SayingUpstream();
    }

    @AfterEach
    void stop() throws Exception {
        upstream.close();
    }

    private RunningGateway gateway(String webSocket) throws Exception {
        return RunningGateway.of("server: {" + doors + ", forward-other: true}\nstate: {path: " + folder.resolve("state")
                + "}\naccounts: [{name: a, base-url: \"" + upstream.uri() + "\", api-key: sk-a, websocket: " + webSocket + "}]\n"
                + "usage: {path: " + folder.resolve("usage") + ", " + PRICES + "}\n");
    }

    /** What the ledger has of requests that used something. */
    private List<UsageRecord> charged() throws Exception {
        List<UsageRecord> all = new ArrayList<>();
        new LogSinkFactory().read(Map.of("path", folder.resolve("usage").toString()), 0, Long.MAX_VALUE, all::add);
        return all.stream().filter(record -> record.usage().total() > 0).toList();
    }

    /** A client has its answer a moment before it is charged. */
    private static void settle(RunningGateway gateway) {
        while (gateway.process().gateway().inFlight() > 0) {
            Thread.onSpinWait();
        }
    }

    static List<Arguments> tiers() {
        List<Arguments> all = new ArrayList<>();
        for (Door door : Door.values()) {
            for (String webSocket : List.of("off", "prefer")) {
                if (door == Door.HTTP_1 || door == Door.HTTP_2 && webSocket.equals("off")
                        || door == Door.WEBSOCKET && webSocket.equals("prefer")) {
                    all.add(Arguments.of(door, webSocket, "flex", "default", USUAL, ""));
                    all.add(Arguments.of(door, webSocket, "auto", "flex", USUAL / 2, "flex"));
                    all.add(Arguments.of(door, webSocket, "flex", "flex", USUAL / 2, "flex"));
                    // An account that does not say by which tier it served need not have heeded the client's.
                    all.add(Arguments.of(door, webSocket, "flex", "", USUAL, ""));
                    all.add(Arguments.of(door, webSocket, "priority", "", USUAL * 2, "priority"));
                }
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("tiers")
    void theTierThatServedIsPaidAndWhatWasWrittenToTheCacheToo(Door door, String webSocket, String asked, String served, long nanoDollars,
            String tier) throws Exception {
        upstream.account("sk-a", request -> SayingUpstream.events(SayingUpstream.created("gpt-5.1"), SayingUpstream.delta(1, "x"),
                SayingUpstream.end("response.completed", "completed", "gpt-5.1", served.isEmpty()
                        ? USAGE.replace(",\"service_tier\":\"TIER\"", "") : USAGE.replace("TIER", served))));
        try (RunningGateway gateway = gateway(webSocket); Door.Visitor visitor = door.enter(gateway, authority, "")) {
            visitor.ask("{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"service_tier\":\"" + asked
                    + "\",\"prompt_cache_key\":\"s\",\"input\":\"hi\"}");
            settle(gateway);
        }
        UsageRecord record = charged().getFirst();
        assertEquals(new TokenUsage(100, 40, 20, 10, 4, false), record.usage());
        assertEquals(OptionalLong.of(nanoDollars), record.costNanoDollars());
        assertEquals(tier, record.tier());
        assertNotEquals(0, record.who().session());
    }

    static List<Arguments> oddUsages() {
        List<Arguments> all = new ArrayList<>();
        for (Door door : Door.values()) {
            // What is told is taken: of input, or of output.
            all.add(Arguments.of(door, "{\"input_tokens\":1000}", 1000, 0));
            all.add(Arguments.of(door, "{\"input_tokens\":null,\"output_tokens\":77}", 0, 77));
            all.add(Arguments.of(door, "{\"input_tokens\":\"1000\",\"output_tokens\":\"77\"}", 0, 0));
            all.add(Arguments.of(door, "{\"input_tokens\":-1000,\"output_tokens\":-1}", 0, 0));
            all.add(Arguments.of(door, "{\"input_tokens\":9000000000000000000,\"output_tokens\":1}", 0, 0));
            all.add(Arguments.of(door, "[]", 0, 0));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("oddUsages")
    void whatIsNotToldByACountIsEstimatedAndMarked(Door door, String usage, long input, long output) throws Exception {
        upstream.account("sk-a", request -> SayingUpstream.events(SayingUpstream.created("gpt-5.1"), SayingUpstream.delta(1, "x"),
                SayingUpstream.end("response.completed", "completed", "gpt-5.1", ",\"usage\":" + usage)));
        try (RunningGateway gateway = gateway("on"); Door.Visitor visitor = door.enter(gateway, authority, "")) {
            assertTrue(visitor.ask("{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"" + "hi".repeat(100)
                    + "\"}").well());
            settle(gateway);
        }
        TokenUsage charged = charged().getFirst().usage();
        assertTrue(charged.estimated(), charged::toString);
        assertTrue(input > 0 ? charged.input() == input : charged.input() > 40 && charged.input() < 90, charged::toString);
        assertTrue(output > 0 ? charged.output() == output : charged.output() > 0 && charged.output() < 10, charged::toString);
        assertTrue(charged().getFirst().costNanoDollars().orElse(0) > 0);
    }

    /** A stream that tells its usage on its way and at its end is charged by its end, though that is less. */
    @Test
    void theLastUsageOfAStreamCounts() throws Exception {
        upstream.account("sk-a", request -> SayingUpstream.events(SayingUpstream.created("gpt-5.1").replace("\"model\"",
                "\"usage\":{\"input_tokens\":500,\"output_tokens\":500},\"model\""), SayingUpstream.delta(1, "x"),
                SayingUpstream.end("response.completed", "completed", "gpt-5.1", USAGE.replace("TIER", "default"))));
        try (RunningGateway gateway = gateway("off"); Door.Visitor visitor = Door.HTTP_1.enter(gateway, authority, "")) {
            visitor.ask("{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}");
            settle(gateway);
        }
        assertEquals(1, charged().size());
        assertEquals(OptionalLong.of(USUAL), charged().getFirst().costNanoDollars());
    }

    @Test
    void aWholeAnswerTellsItsTierToo() throws Exception {
        upstream.account("sk-a", request -> SayingUpstream.status(200, "{\"id\":\"resp_1\",\"object\":\"response\","
                + "\"status\":\"completed\",\"model\":\"gpt-5.1\",\"output\":[]" + USAGE.replace("TIER", "flex") + "}"));
        try (RunningGateway gateway = gateway("off"); Door.Visitor visitor = Door.HTTP_1.enter(gateway, authority, "")) {
            visitor.ask("{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}");
            settle(gateway);
        }
        assertEquals(OptionalLong.of(USUAL / 2), charged().getFirst().costNanoDollars());
    }

    @ParameterizedTest
    @EnumSource
    void aSpentBudgetIsFinalThroughEveryDoor(Door door) throws Exception {
        String yaml = "server: {" + doors + "}\naccounts: [{name: a, base-url: \"" + upstream.uri() + "\", api-key: sk-a, websocket: "
                + (door == Door.WEBSOCKET ? "on" : "off") + "}]\nclients: [{name: c, key-sha256: \"" + KeyHash.of("c").hex()
                + "\", budget-usd: {day: 0.000001}}]\nusage: {" + PRICES + "}\n";
        try (RunningGateway gateway = RunningGateway.of(yaml); Door.Visitor visitor = door.enter(gateway, authority, "c")) {
            String ask = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
            Heard first = visitor.ask(ask);
            assertTrue(first.well(), first::text);
            settle(gateway);
            Heard refused = visitor.ask(ask);
            assertEquals(List.of(429, "budget_exhausted"), List.of(refused.status(), refused.code()), refused::text);
            assertTrue(refused.text().contains("\"insufficient_quota\""), refused::text);
            if (door.hasRoutes()) {
                assertEquals("false", refused.headers().get("x-should-retry"));
                assertTrue(Long.parseLong(refused.headers().get("retry-after")) > 0);
            }
            assertEquals(1, upstream.asked("sk-a").size(), "the account was asked once");
        }
    }

    static List<Arguments> chats() {
        String chunk = "{\"object\":\"chat.completion.chunk\",\"model\":\"gpt-5.1\",\"service_tier\":\"default\",\"choices\":[";
        SayingUpstream.Say stream = new SayingUpstream.Say.Status(200, "text/event-stream", "data: " + chunk
                + "{\"index\":0,\"delta\":{\"content\":\"x\"}}],\"usage\":null}\n\ndata: " + chunk + "]," + CHAT + "}\n\ndata: [DONE]\n\n",
                Headers.EMPTY);
        SayingUpstream.Say whole = SayingUpstream.status(200, "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"gpt-5.1\","
                + "\"service_tier\":\"default\",\"choices\":[]," + CHAT + "}");
        return List.of(Arguments.of("true", stream), Arguments.of("false", whole));
    }

    @ParameterizedTest
    @MethodSource("chats")
    void aChatCompletionIsChargedByItsOwnCounts(String streamed, SayingUpstream.Say said) throws Exception {
        upstream.account("sk-a", request -> said);
        try (RunningGateway gateway = plain(); TestClient client = gateway.client()) {
            TestClient.Answer answer = client.post("/v1/chat/completions", "{\"model\":\"gpt-5.1\",\"stream\":" + streamed
                    + ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
            assertEquals(200, answer.status(), answer::text);
            settle(gateway);
        }
        UsageRecord record = charged().getFirst();
        assertEquals(TokenUsage.told(100, 40, 10, 4), record.usage());
        assertEquals(OptionalLong.of(60 * 10_000 + 40 * 1000 + 10 * 100_000), record.costNanoDollars());
    }

    @Test
    void readingAStoredChatCompletionIsFree() throws Exception {
        upstream.account("sk-a", request -> (SayingUpstream.Say) chats().getLast().get()[1]);
        try (RunningGateway gateway = plain(); TestClient client = gateway.client()) {
            assertEquals(200, client.send("GET", "/v1/chat/completions/chatcmpl-1", new byte[0]).status());
        }
        assertEquals(List.of(), charged());
    }

    private RunningGateway plain() throws Exception {
        return RunningGateway.of("server: {forward-other: true}\naccounts: [{name: a, base-url: \"" + upstream.uri()
                + "\", api-key: sk-a}]\nusage: {path: " + folder.resolve("usage") + ", " + PRICES + "}\n");
    }
}
