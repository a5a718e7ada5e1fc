package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.api.AccountScheduler;
import sluice.api.AccountStatus.Quota;
import sluice.config.KeyHash;

/** One table of behaviours, through every {@link Door}: what a client gets must not depend on how it came in. */
class DoorsTest {
    private static final String MODEL = "gpt-5.1";
    /** A JSON answer is asked for by the route that condenses a conversation. */
    private static final String WHOLE = "{\"model\":\"gpt-5.1\",\"input\":[],\"metadata\":{\"route\":\"compact\"}}";
    private static final String ASK = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";

    @TempDir
    private static Path folder;
    private static TestAuthority authority;
    private static String settings;

    private static final AtomicInteger questions = new AtomicInteger();
    private static final Map<String, RunningGateway> gateways = new HashMap<>();
    private static SayingUpstream accountsOfAll;

    private SayingUpstream upstream;

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(folder);
        authority.issue("doors", "EC");
        settings = Door.settings(authority);
        accountsOfAll = new SayingUpstream();
    }

    @AfterAll
    static void stopShared() throws Exception {
        gateways.values().forEach(RunningGateway::close);
        accountsOfAll.close();
    }

    @BeforeEach
    void startUpstream() throws Exception {
        upstream = new SayingUpstream();
    }

    @AfterEach
    void stopUpstream() throws Exception {
        upstream.close();
    }

    /** How the gateway reaches its accounts. */
    enum Way { HTTP, WEBSOCKET }


    /** One cell of the table. */
    record Cell(Refusal refusal, Form form, Door door, Way way) {
        boolean exists() {
            if (form == Form.ERROR_EVENT && refusal.error().path("code").isNull() && refusal.name().contains("rate limit")) {
                return false; // its type has no place there
            }
            if ((form == Form.CLOSE || form == Form.CLOSE_AFTER_CREATED) && way != Way.WEBSOCKET) {
                return false;
            }
            if (form.isOdd() && (door == Door.HTTP_2 || refusal.verdict() != Refusal.Verdict.MOVES_ON
                    || form == Form.DETAIL && !refusal.isKnownByItsWords()
                    || way == Way.WEBSOCKET && (form == Form.INSIDE || form == Form.AS_200))) {
                return false; // such messages are none of the protocol of WebSockets
            }
            // HTTP/2 differs in front of the attempt only.
            return (form != Form.COMPACT || door.hasRoutes() && way == Way.HTTP) && (door != Door.HTTP_2 || way == Way.HTTP);
        }

        /** A request that no earlier one is like: conversations that begin alike share what is remembered. */
        String ask(String model, int kind) {
            String number = kind + " of " + questions.incrementAndGet();
            String input = refusal.verdict() == Refusal.Verdict.IS_STRIPPED ? "[{\"type\":\"reasoning\",\"summary\":[],"
                    + "\"encrypted_content\":\"gAAA\"},{\"role\":\"user\",\"content\":\"question " + number + "\"}]"
                    : "\"question " + number + "\"";
            String route = form == Form.COMPACT ? ",\"metadata\":{\"route\":\"compact\"}}" : ",\"stream\":true,\"store\":false}";
            return "{\"model\":\"" + model + "\",\"input\":" + input + route;
        }

        @Override
        public String toString() {
            return refusal + " / " + form + " / " + door + " / " + way;
        }
    }

    static Stream<Cell> cells() {
        return Refusal.ALL.stream().flatMap(refusal -> Arrays.stream(Form.values()).flatMap(form -> Arrays.stream(Door.values())
                .flatMap(door -> Arrays.stream(Way.values()).map(way -> new Cell(refusal, form, door, way))))).filter(Cell::exists);
    }

    /** A gateway with the accounts a, b …, asked in this order, and well; it is shared, because there are many cells. */
    private static RunningGateway shared(Cell cell, int accounts) throws Exception {
        boolean byHttp = cell.door == Door.WEBSOCKET && cell.way == Way.HTTP;
        String key = cell.way + " " + accounts + " " + byHttp;
        RunningGateway gateway = gateways.get(key);
        if (gateway == null) {
            StringBuilder yaml = new StringBuilder("server: {" + settings + "}\nfailover: {commit: first-output}\naccounts:\n");
            for (int i = 0; i < accounts; i++) {
                account(yaml, (char) ('a' + i), i, cell.way == Way.HTTP ? "off" : "prefer");
            }
            if (byHttp) {
                // Turns go by HTTP where no account with a WebSocket can be had: this one rests.
                account(yaml, 'z', accounts, "on");
            }
            gateway = RunningGateway.of(yaml.toString());
            gateways.put(key, gateway);
        }
        for (int i = 0; i < accounts; i++) {
            gateway.process().gateway().inForce().scheduler().control(String.valueOf((char) ('a' + i)), AccountScheduler.Control.RESET);
        }
        accountsOfAll.account("sk-b", SayingUpstream::well);
        accountsOfAll.account("sk-z", asked -> SayingUpstream.status(429, "{\"error\":{\"code\":\"rate_limit_exceeded\"}}",
                "retry-after", "300"));
        accountsOfAll.forget();
        return gateway;
    }

    private static void account(StringBuilder yaml, char name, int tier, String webSocket) {
        yaml.append("  - {name: ").append(name).append(", base-url: \"").append(accountsOfAll.uri()).append("\", api-key: sk-").append(name)
                .append(", tier: ").append(tier).append(", websocket: ").append(webSocket).append("}\n");
    }

    private static void known(String cell, Executable test) throws Throwable {
        boolean expected = KnownDifferences.has(cell);
        try {
            test.execute();
        } catch (AssertionError e) {
            if (expected) {
                return;
            }
            throw e;
        }
        assertFalse(expected, () -> "this is right now: take it from KnownDifferences: " + cell);
    }

    @ParameterizedTest
    @MethodSource("cells")
    void anotherAccountIsThere(Cell cell) throws Throwable {
        known("two: " + cell, () -> {
            accountsOfAll.account("sk-a", asked -> refuses(cell, asked) ? cell.form.say(cell.refusal) : SayingUpstream.well(asked));
            RunningGateway gateway = shared(cell, 2);
            try (Door.Visitor client = cell.door.enter(gateway, authority, "")) {
                Heard heard = client.ask(cell.ask(MODEL, 1));
                switch (cell.refusal.verdict()) {
                    case MOVES_ON -> {
                        assertTrue(heard.well(), heard::text);
                        assertEquals(List.of(1, 1), asked());
                    }
                    case IS_STRIPPED -> {
                        assertTrue(heard.well(), heard::text);
                        assertEquals(List.of(2, 0), asked());
                    }
                    case IS_TOLD -> {
                        assertEquals(cell.refusal.code(), heard.code(), heard::text);
                        assertEquals(List.of(1, 0), asked());
                    }
                }
                remembers(cell, gateway);
            }
        });
    }

    private static boolean refuses(Cell cell, SayingUpstream.Asked asked) {
        boolean reads = cell.refusal.verdict() != Refusal.Verdict.IS_STRIPPED || asked.body().contains("encrypted_content");
        return reads && asked.model().equals(MODEL);
    }

    private List<Integer> asked() {
        return List.of(accountsOfAll.asked("sk-a").size(), accountsOfAll.asked("sk-b").size());
    }

    /** The next requests show whether account a is asked. */
    private void remembers(Cell cell, RunningGateway gateway) throws Exception {
        int before = accountsOfAll.asked("sk-a").size();
        try (Door.Visitor client = cell.door.enter(gateway, authority, "")) {
            client.ask(cell.ask(MODEL, 2));
        }
        int same = accountsOfAll.asked("sk-a").size();
        assertEquals(cell.refusal.memory() == Refusal.Memory.NOTHING, same > before, "asked for the same model again");
        try (Door.Visitor client = cell.door.enter(gateway, authority, "")) {
            client.ask(cell.ask("gpt-other", 3));
        }
        assertEquals(cell.refusal.memory() != Refusal.Memory.ACCOUNT, accountsOfAll.asked("sk-a").size() > same, "asked for another model");
    }

    @ParameterizedTest
    @MethodSource("cells")
    void theOnlyAccount(Cell cell) throws Throwable {
        known("one: " + cell, () -> {
            accountsOfAll.account("sk-a", asked -> cell.form.say(cell.refusal));
            RunningGateway gateway = shared(cell, 1);
            try (Door.Visitor client = cell.door.enter(gateway, authority, "")) {
                Heard heard = client.ask(cell.ask(MODEL, 1));
                boolean request = cell.refusal.verdict() != Refusal.Verdict.MOVES_ON;
                // What is the request's own fault passes as it came.
                int status = !request ? cell.refusal.told() : cell.form.isEvent() ? 200 : cell.form.say(cell.refusal)
                        instanceof SayingUpstream.Say.Status said ? said.status() : 400;
                assertEquals(status, heard.status(), heard::text);
                assertEquals(cell.refusal.code(), heard.code(), heard::text);
                assertFalse(heard.text().matches("(?s).*(org|sk|proj)[-_]secret.*"), heard::text);
                // Where turns go by HTTP, the account with the WebSocket rests for its rate, which then is what is told.
                if (!request && (cell.door != Door.WEBSOCKET || cell.way == Way.WEBSOCKET)) {
                    Heard again = client.ask(cell.ask(MODEL, 2));
                    assertEquals(List.of(cell.refusal.told(), cell.refusal.code()), List.of(again.status(), again.code()),
                            () -> "told again: " + again.text());
                }
            }
        });
    }

    private RunningGateway plain(String server, String more) throws Exception {
        return RunningGateway.of("server: {" + settings + server + "}\naccounts: [{name: a, base-url: \"" + upstream.uri()
                + "\", api-key: sk-a, websocket: on}]\n" + more);
    }

    private static String client(String limits) {
        return "clients: [{name: one, key-sha256: " + KeyHash.of("key-one").hex() + limits + "}, {name: two, key-sha256: "
                + KeyHash.of("key-two").hex() + "}]\n";
    }

    private static void refused(Heard heard, int status, String code) {
        assertEquals(List.of(status, code), List.of(heard.status(), heard.code()), heard::text);
        assertEquals("gateway", heard.headers().get("x-sluice-error"), heard::text);
        assertTrue(status != 429 && status != 503 || Integer.parseInt(heard.headers().getOrDefault("retry-after", "0")) > 0, heard::text);
    }

    /** Holds what account a is asked until the test lets go. */
    private CountDownLatch held() {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        upstream.account("sk-a", asked -> {
            try {
                mayAnswer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return SayingUpstream.well(asked);
        });
        return mayAnswer;
    }

    private CompletableFuture<Heard> asking(Door.Visitor visitor) throws InterruptedException {
        return asking(visitor, ASK, () -> { });
    }

    /** The same; {@code onDelta} is told when the client has read output. */
    private CompletableFuture<Heard> asking(Door.Visitor visitor, String body, Runnable onDelta) throws InterruptedException {
        CompletableFuture<Heard> heard = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                heard.complete(visitor.ask(body, onDelta));
            } catch (Exception e) {
                heard.completeExceptionally(e);
            }
        });
        while (upstream.asked("sk-a").isEmpty()) {
            Thread.onSpinWait();
        }
        return heard;
    }

    static Stream<Arguments> badRequests() {
        return Arrays.stream(Door.values()).flatMap(door -> Stream.of(
                Arguments.of(door, "{\"model\":", 400, "invalid_json"),
                Arguments.of(door, "{\"model\":\"\u0001\"}", 400, "invalid_json"),
                Arguments.of(door, "{\"input\":\"hi\"}", 400, "model_required"),
                Arguments.of(door, "{\"model\":\"\",\"input\":\"hi\"}", 400, "model_required"),
                Arguments.of(door, "{\"model\":\"m\",\"model\":\"n\"}", 400, "duplicate_member"),
                Arguments.of(door, "{\"model\":\"m\",\"store\":true,\"st\\u006fre\":false}", 400, "duplicate_member")));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void requestsThatAreWrongAreRefusedAndTheNextOneIsServed(Door door, String body, int status, String code) throws Throwable {
        known(door + " bad request " + code, () -> {
            try (RunningGateway gateway = plain("", ""); Door.Visitor visitor = door.enter(gateway, authority, "")) {
                refused(visitor.ask(body), status, code);
                assertTrue(visitor.ask(ASK).well());
                assertEquals(1, upstream.asked("sk-a").size());
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aKeyIsNeeded(Door door) throws Throwable {
        known(door + " key", () -> {
            try (RunningGateway gateway = plain("", client("")); Door.Visitor known = door.enter(gateway, authority, "key-one");
                    Door.Visitor unknown = door.enter(gateway, authority, "key-three")) {
                assertEquals(401, unknown.ask(ASK).status());
                assertTrue(known.ask(ASK).well());
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aClientHasItsModelsOnly(Door door) throws Throwable {
        known(door + " model of a client", () -> {
            try (RunningGateway gateway = plain("", client(", models: [gpt-5*]"));
                    Door.Visitor visitor = door.enter(gateway, authority, "key-one")) {
                refused(visitor.ask(ASK.replace("gpt-5.1", "o3")), 403, "model_not_allowed");
                assertTrue(visitor.ask(ASK).well());
                assertEquals(1, upstream.asked("sk-a").size());
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aModelThatNobodyServesIsUnknown(Door door) throws Throwable {
        known(door + " model of nobody", () -> {
            try (RunningGateway gateway = RunningGateway.of("server: {" + settings + "}\naccounts: [{name: a, base-url: \""
                    + upstream.uri() + "\", api-key: sk-a, models: [gpt-5.1]}]\n");
                    Door.Visitor visitor = door.enter(gateway, authority, "")) {
                Heard heard = visitor.ask(ASK.replace("gpt-5.1", "gpt-mistyped"));
                assertEquals(List.of(404, "model_not_found"), List.of(heard.status(), heard.code()), heard::text);
                assertTrue(visitor.ask(ASK).well());
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aClientHasItsRate(Door door) throws Throwable {
        known(door + " rate", () -> {
            try (RunningGateway gateway = plain("", client(", requests-per-minute: 1"));
                    Door.Visitor visitor = door.enter(gateway, authority, "key-one");
                    Door.Visitor other = door.enter(gateway, authority, "key-two")) {
                // Opening a WebSocket is a request of its own.
                Heard last = visitor.ask(ASK);
                refused(last.well() ? visitor.ask(ASK) : last, 429, "client_rate");
                assertTrue(other.ask(ASK).well());
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aClientHasItsTokens(Door door) throws Throwable {
        known(door + " tokens", () -> {
            try (RunningGateway gateway = plain("", client(", tokens-per-minute: 2"));
                    Door.Visitor visitor = door.enter(gateway, authority, "key-one")) {
                Heard last = visitor.ask(ASK);
                for (int i = 0; last.well() && i < 3; i++) {
                    last = visitor.ask(ASK);
                }
                refused(last, 429, "client_rate");
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aClientHasItsConcurrency(Door door) throws Throwable {
        known(door + " concurrency", () -> {
            CountDownLatch mayAnswer = held();
            try (RunningGateway gateway = plain("", client(", concurrency: 1"));
                    Door.Visitor first = door.enter(gateway, authority, "key-one");
                    Door.Visitor second = door.enter(gateway, authority, "key-one")) {
                CompletableFuture<Heard> running = asking(first);
                Heard refused = second.ask(ASK);
                mayAnswer.countDown();
                assertTrue(running.get().well());
                refused(refused, 429, "client_concurrency");
                while (gateway.process().gateway().inFlight() > 0) {
                    Thread.onSpinWait();
                }
                assertTrue(second.ask(ASK).well());
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void theGatewayHasItsConcurrency(Door door) throws Throwable {
        known(door + " gateway busy", () -> {
            CountDownLatch mayAnswer = held();
            try (RunningGateway gateway = plain("", "limits: {concurrent-requests: 1}\n");
                    Door.Visitor first = door.enter(gateway, authority, "");
                    Door.Visitor second = door.enter(gateway, authority, "")) {
                CompletableFuture<Heard> running = asking(first);
                Heard refused = second.ask(ASK);
                mayAnswer.countDown();
                assertTrue(running.get().well());
                refused(refused, 503, "gateway_busy");
                while (gateway.process().gateway().inFlight() > 0) {
                    Thread.onSpinWait();
                }
                assertTrue(second.ask(ASK).well());
            }
        });
    }

    private String prices() {
        return "usage: {path: " + folder.resolve("usage-" + System.nanoTime())
                + ", prices: [{model: gpt-5*, input: 1000000, cached-input: 1000000, output: 1000000}]}\n";
    }

    /** The second answer of two tokens does not fit a budget of three; an estimate is at least as dear. */
    static Stream<Arguments> budgets() {
        return Arrays.stream(Door.values()).flatMap(door -> Stream.of(true, false).map(told -> Arguments.of(door, told)));
    }

    @ParameterizedTest
    @MethodSource("budgets")
    void aBudgetEndsAlsoWhereUsageIsEstimated(Door door, boolean usageIsTold) throws Throwable {
        known(door + " budget, usage told " + usageIsTold, () -> {
            upstream.account("sk-a", asked -> SayingUpstream.events(SayingUpstream.created(MODEL), SayingUpstream.delta(1, "x"),
                    SayingUpstream.end("response.completed", "completed", MODEL, usageIsTold ? SayingUpstream.usage() : "")));
            try (RunningGateway gateway = plain("", client(", budget-usd: {day: 3}") + prices());
                    Door.Visitor visitor = door.enter(gateway, authority, "key-one")) {
                Heard last = visitor.ask(ASK);
                for (int i = 0; last.well() && i < 3; i++) {
                    last = visitor.ask(ASK);
                }
                refused(last, 429, "budget_exhausted");
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void usageIsBookedOnce(Door door) throws Throwable {
        known(door + " usage", () -> {
            try (RunningGateway gateway = plain("", "log: {requests: json}\n"); Door.Visitor visitor = door.enter(gateway, authority, "")) {
                assertTrue(visitor.ask(ASK).well());
                gateway.awaitLog("\"input_tokens\":1,\"cached_tokens\":0,\"output_tokens\":1,\"reasoning_tokens\":0,"
                        + "\"usage_estimated\":false");
            }
        });
    }

    static Stream<Arguments> names() {
        return Arrays.stream(Door.values()).flatMap(door -> Stream.of("gpt-5-mini", "gpt-5-mini-2025-08-07")
                .map(name -> Arguments.of(door, name)));
    }

    @ParameterizedTest
    @MethodSource("names")
    void aMappedModelIsCalledWhatTheClientCallsIt(Door door, String told) throws Throwable {
        known(door + " name " + told, () -> {
            upstream.account("sk-a", asked -> {
                assertEquals("gpt-5-mini", asked.model());
                return SayingUpstream.events(SayingUpstream.created(told), SayingUpstream.delta(1, "x"),
                        SayingUpstream.end("response.completed", "completed", told, SayingUpstream.usage()));
            });
            try (RunningGateway gateway = RunningGateway.of("server: {" + settings + "}\naccounts: [{name: a, base-url: \""
                    + upstream.uri() + "\", api-key: sk-a, models: [{from: fast, to: gpt-5-mini}]}]\n");
                    Door.Visitor visitor = door.enter(gateway, authority, "")) {
                Heard heard = visitor.ask(ASK.replace("gpt-5.1", "fast"));
                assertTrue(heard.well(), heard::text);
                assertFalse(heard.text().contains("mini"), heard::text);
                assertEquals("fast", heard.events().getLast().path("response").path("model").asText());
            }
        });
    }

    static Stream<Arguments> ends() {
        return Arrays.stream(Door.values()).flatMap(door -> Stream.of("completed", "done", "failed", "incomplete", "cancelled", "canceled")
                .map(end -> Arguments.of(door, end)));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void everyEndEndsTheAnswerAndTheNextIsServed(Door door, String end) throws Throwable {
        known(door + " end " + end, () -> {
            AtomicInteger count = new AtomicInteger();
            upstream.account("sk-a", asked -> count.incrementAndGet() > 1 ? SayingUpstream.well(asked)
                    : SayingUpstream.events(SayingUpstream.created(MODEL), SayingUpstream.delta(1, "x"),
                            SayingUpstream.end("response." + end, end.equals("done") ? "completed" : end, MODEL,
                                    SayingUpstream.usage())));
            try (RunningGateway gateway = plain("", "stream: {idle-timeout: 2s}\n");
                    Door.Visitor visitor = door.enter(gateway, authority, "")) {
                Heard heard = visitor.ask(ASK);
                assertEquals(List.of(200, "response." + end, true, 3), List.of(heard.status(), heard.terminal(), heard.whole(),
                        heard.events().size()), heard::text);
                Heard next = visitor.ask(ASK);
                assertTrue(next.well(), next::text);
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatIsCutOffHasALegalEnd(Door door) throws Throwable {
        known(door + " cut", () -> {
            upstream.account("sk-a", asked -> SayingUpstream.events(SayingUpstream.created(MODEL), SayingUpstream.delta(1, "x")));
            try (RunningGateway gateway = plain("", "log: {requests: json}\n"); Door.Visitor visitor = door.enter(gateway, authority, "")) {
                Heard heard = visitor.ask(ASK);
                if (heard.events().size() == 3 || !door.losesTheTail()) {
                    assertEquals(List.of(200, "response.failed", 3), List.of(heard.status(), heard.terminal(), heard.events().size()),
                            heard::text);
                    assertTrue(heard.events().getLast().path("sequence_number").asInt() > 1, heard::text);
                    assertTrue(heard.text().contains("upstream_stream_broken"), heard::text);
                }
                gateway.awaitLog("\"error\":\"upstream_stream_broken\"");
                assertEquals(1, gateway.account("a").history().failed());
            }
        });
    }

    static Stream<Arguments> silences() {
        return Arrays.stream(Door.values()).flatMap(door -> Stream.of(Arguments.of(door, "first-output-timeout: 100ms",
                "first_output_timeout"), Arguments.of(door, "headers-timeout-streaming: 100ms", "upstream_timeout")));
    }

    @ParameterizedTest
    @MethodSource("silences")
    void silenceIsToldAlike(Door door, String limit, String code) throws Throwable {
        known(door + " silence " + code, () -> {
            CountDownLatch never = held();
            if (code.equals("first_output_timeout")) {
                upstream.account("sk-a", asked -> new SayingUpstream.Say.Pause(List.of(SayingUpstream.created(MODEL)), never));
            }
            try (RunningGateway gateway = plain("", "failover: {commit: first-output}\nstream: {" + limit + "}\n");
                    Door.Visitor visitor = door.enter(gateway, authority, "")) {
                Heard heard = visitor.ask(ASK);
                assertEquals(List.of(504, code), List.of(heard.status(), heard.code()), heard::text);
            } finally {
                never.countDown();
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void anAccountThatBreaksOffMovesOnOrIsTold(Door door) throws Throwable {
        known(door + " reset", () -> {
            upstream.account("sk-a", asked -> new SayingUpstream.Say.Close(1011, ""));
            try (RunningGateway gateway = plain("", ""); Door.Visitor visitor = door.enter(gateway, authority, "")) {
                Heard heard = visitor.ask(ASK);
                assertEquals(List.of(502, "upstream_unreachable"), List.of(heard.status(), heard.code()), heard::text);
                assertEquals("upstream", heard.headers().get("x-sluice-error"));
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aDrainEndsWhatRunsAndTakesNothingNew(Door door) throws Throwable {
        known(door + " drain", () -> {
            CountDownLatch mayAnswer = held();
            try (RunningGateway gateway = plain("", ""); Door.Visitor running = door.enter(gateway, authority, "");
                    Door.Visitor late = door.enter(gateway, authority, "")) {
                CompletableFuture<Heard> heard = asking(running);
                gateway.process().gateway().drain();
                Heard refused = late.ask(ASK);
                mayAnswer.countDown();
                assertTrue(heard.get().well(), () -> heard.join().text());
                refused(refused, 503, "draining");
            }
        });
    }

    /** Streams that are open, and requests that have not been answered at all. */
    static Stream<Arguments> endsOfDrains() {
        return Arrays.stream(Door.values()).flatMap(door -> Stream.of("open", "waiting", "whole").map(what -> Arguments.of(door, what)))
                .filter(arguments -> ((Door) arguments.get()[0]).hasRoutes() || !arguments.get()[1].equals("whole"));
    }

    @ParameterizedTest
    @MethodSource("endsOfDrains")
    void theEndOfADrainIsToldAndBlamesNobody(Door door, String what) throws Throwable {
        known(door + " end of drain, " + what, () -> {
            boolean open = what.equals("open");
            CountDownLatch never = held();
            CountDownLatch output = new CountDownLatch(open ? 1 : 0);
            if (open) {
                upstream.account("sk-a", asked -> new SayingUpstream.Say.Pause(List.of(SayingUpstream.created(MODEL),
                        SayingUpstream.delta(1, "so far")), never));
            }
            try (RunningGateway gateway = plain(", drain: 1ms", "log: {requests: json}\n");
                    Door.Visitor visitor = door.enter(gateway, authority, "")) {
                CompletableFuture<Heard> running = asking(visitor, what.equals("whole") ? WHOLE : ASK, output::countDown);
                output.await();
                gateway.process().drain(() -> { });
                Heard heard = running.get();
                if (!open) {
                    refused(heard, 503, "draining");
                } else if (heard.events().size() == 3 || !door.losesTheTail()) {
                    assertEquals(List.of(200, "response.failed", 3, 2), List.of(heard.status(), heard.terminal(), heard.events().size(),
                            heard.events().getLast().path("sequence_number").asInt()), heard::text);
                    assertTrue(heard.text().contains("draining"), heard::text);
                    assertEquals("resp_1", heard.events().getLast().path("response").path("id").asText());
                }
                gateway.awaitLog("\"error\":\"draining\"");
                assertFalse(gateway.log().contains("client_gone"), gateway::log);
                assertEquals(0, gateway.account("a").history().failed());
                assertEquals(0, gateway.process().gateway().inFlight());
            } finally {
                never.countDown();
            }
        });
    }

    static Stream<Arguments> eventsOfLimits() {
        return Arrays.stream(Door.values()).flatMap(door -> Stream.of("batching", "per-line").map(relay -> Arguments.of(door, relay)));
    }

    @ParameterizedTest
    @MethodSource("eventsOfLimits")
    void whatAStreamTellsOfItsAccountsLimitsIsKept(Door door, String relay) throws Throwable {
        known(door + " limits as an event", () -> {
            upstream.account("sk-a", asked -> SayingUpstream.events("{\"type\":\"codex.rate_limits\",\"plan_type\":\"plus\","
                    + "\"rate_limits\":{\"allowed\":true,\"limit_reached\":false,\"primary\":{\"used_percent\":25.7,\"window_minutes\":300,"
                    + "\"reset_after_seconds\":600},\"secondary\":{\"used_percent\":90,\"window_minutes\":10080,\"reset_at\":4102444800}}}",
                    SayingUpstream.created(MODEL), SayingUpstream.delta(1, "well"),
                    SayingUpstream.end("response.completed", "completed", MODEL, SayingUpstream.usage())));
            long now = System.currentTimeMillis();
            try (RunningGateway gateway = plain("", "modules: {relay: " + relay + "}\n");
                    Door.Visitor visitor = door.enter(gateway, authority, "")) {
                Heard heard = visitor.ask(ASK);
                assertTrue(heard.well(), heard::text);
                assertEquals("codex.rate_limits", heard.events().getFirst().path("type").asText(), "it passes as it came");
                List<Quota> quotas = gateway.account("a").limits().quotas();
                assertEquals(List.of("primary", "secondary"), quotas.stream().map(Quota::window).toList());
                assertEquals(List.of(0.75, 0.1), quotas.stream().map(quota -> Math.rint(quota.left() * 100) / 100).toList());
                assertEquals(List.of(300 * 60_000L, 10_080 * 60_000L), quotas.stream().map(Quota::lengthMillis).toList());
                assertTrue(quotas.getFirst().renewsEpochMillis() >= now + 600_000, quotas::toString);
                assertEquals(4_102_444_800_000L, quotas.getLast().renewsEpochMillis());
            }
        });
    }

    static Stream<Arguments> wholeAnswers() {
        return Arrays.stream(Door.values()).flatMap(door -> Stream.of("completed", "incomplete", "failed")
                .map(end -> Arguments.of(door, end)));
    }

    /** Turns reach the account by HTTP, too: JSON cannot come otherwise. */
    @ParameterizedTest
    @MethodSource("wholeAnswers")
    void jsonForAStreamIsTheEventThatEndsIt(Door door, String status) throws Throwable {
        known(door + " json for a stream", () -> {
            String json = SayingUpstream.response(status, MODEL, SayingUpstream.usage());
            upstream.account("sk-a", asked -> asked.webSocket() ? new SayingUpstream.Say.Close(1009, "message too big")
                    : SayingUpstream.status(200, json.replace(",\"object\"", ",\n \"object\"")));
            try (RunningGateway gateway = plain("", "log: {requests: json}\n"); Door.Visitor visitor = door.enter(gateway, authority, "")) {
                Heard heard = visitor.ask(ASK);
                assertEquals(List.of(200, "response." + status, true), List.of(heard.status(), heard.terminal(), heard.whole()),
                        heard::text);
                assertEquals(Heard.json(json), heard.events().getLast().path("response"));
                gateway.awaitLog("\"input_tokens\":1,\"cached_tokens\":0,\"output_tokens\":1");
            }
        });
    }

    static Stream<Arguments> noAnswers() {
        return Arrays.stream(Door.values()).flatMap(door -> Stream.of("<html>sign in</html>", "", "{\"id\":\"resp_1\",\"output\":[", "[]")
                .map(body -> Arguments.of(door, body)));
    }

    @ParameterizedTest
    @MethodSource("noAnswers")
    void aGoodStatusWithoutAnAnswerMovesOn(Door door, String body) throws Throwable {
        known(door + " no answer", () -> {
            upstream.account("sk-a", asked -> asked.webSocket() ? new SayingUpstream.Say.Close(1009, "message too big")
                    : SayingUpstream.status(200, body));
            try (RunningGateway gateway = two("prefer"); Door.Visitor visitor = door.enter(gateway, authority, "")) {
                Heard heard = visitor.ask(ASK);
                assertTrue(heard.well(), heard::text);
                assertEquals(1, upstream.asked("sk-b").size());
            }
        });
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void aSilentJsonAnswerBeginsWithSpace(HttpClient.Version version) throws Exception {
        CountDownLatch mayAnswer = held();
        try (RunningGateway gateway = plain("", "stream: {json-keepalive: 20ms}\n");
                HttpClient client = HttpClient.newBuilder().sslContext(authority.trusting()).version(version).build()) {
            HttpResponse<InputStream> answer = client.send(HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port()
                    + "/v1/responses")).POST(HttpRequest.BodyPublishers.ofString(ASK.replace("true", "false"))).build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertEquals(List.of(200, version), List.of(answer.statusCode(), answer.version()));
            try (InputStream body = answer.body()) {
                assertEquals(' ', body.read());
                assertEquals(' ', body.read());
                mayAnswer.countDown();
                assertEquals("completed", Heard.json(new String(body.readAllBytes(), StandardCharsets.UTF_8)).path("status").asText());
            }
        } finally {
            mayAnswer.countDown();
        }
    }

    /** Turns reach the account by HTTP, too. */
    static Stream<Arguments> untoldStreams() {
        return Arrays.stream(Door.values()).flatMap(door -> Stream.of("text/plain", "application/octet-stream", "application/json")
                .map(type -> Arguments.of(door, type)));
    }

    @ParameterizedTest
    @MethodSource("untoldStreams")
    void eventsAreAStreamWhateverTheirTypeSays(Door door, String type) throws Throwable {
        known(door + " untold stream", () -> {
            StringBuilder events = new StringBuilder(": hello\n\n");
            for (String event : List.of(SayingUpstream.created(MODEL), SayingUpstream.delta(1, "well"),
                    SayingUpstream.end("response.completed", "completed", MODEL, SayingUpstream.usage()))) {
                events.append("data: ").append(event).append("\n\n");
            }
            upstream.account("sk-a", asked -> asked.webSocket() ? new SayingUpstream.Say.Close(1009, "message too big")
                    : new SayingUpstream.Say.Status(200, type, events.toString(), sluice.api.Headers.EMPTY));
            try (RunningGateway gateway = plain("", ""); Door.Visitor visitor = door.enter(gateway, authority, "")) {
                Heard heard = visitor.ask(ASK);
                assertTrue(heard.well(), heard::text);
                assertEquals(3, heard.events().size());
            }
        });
    }

    private RunningGateway two(String webSocket) throws Exception {
        StringBuilder yaml = new StringBuilder("server: {" + settings + "}\naccounts:\n");
        for (String name : List.of("a", "b")) {
            yaml.append("  - {name: ").append(name).append(", base-url: \"").append(upstream.uri()).append("\", api-key: sk-").append(name)
                    .append(", tier: ").append(name.equals("a") ? 0 : 1).append(", websocket: ").append(webSocket).append("}\n");
        }
        return RunningGateway.of(yaml.toString());
    }

    static Stream<Arguments> unknownRoutes() {
        return Arrays.stream(Door.values()).filter(Door::hasRoutes).flatMap(door -> Stream.of(
                Arguments.of(door, 404, "{\"detail\":\"Not Found\"}"), Arguments.of(door, 405, "{\"detail\":\"Method Not Allowed\"}"),
                Arguments.of(door, 404, "{\"error\":{\"message\":\"Invalid URL (POST /v1/responses/compact)\",\"type\":"
                        + "\"invalid_request_error\",\"param\":null,\"code\":null}}")));
    }

    @ParameterizedTest
    @MethodSource("unknownRoutes")
    void aRouteThatOneAccountLacksIsAskedOfAnotherAndRemembered(Door door, int status, String body) throws Throwable {
        known(door + " route", () -> {
            upstream.account("sk-a", asked -> asked.path().endsWith("/compact") ? SayingUpstream.status(status, body)
                    : SayingUpstream.well(asked));
            String compact = "{\"model\":\"gpt-5.1\",\"input\":[],\"metadata\":{\"route\":\"compact\"}}";
            try (RunningGateway gateway = two("off"); Door.Visitor visitor = door.enter(gateway, authority, "")) {
                assertTrue(visitor.ask(compact).well());
                assertTrue(visitor.ask(compact).well());
                assertEquals(1, upstream.asked("sk-a").size(), "it is remembered");
                assertTrue(visitor.ask(ASK).well());
                assertEquals(2, upstream.asked("sk-a").size(), "for this route only");
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aMessageTooLargeForAWebSocketGoesByHttpAndBlamesNobody(Door door) throws Throwable {
        known(door + " 1009", () -> {
            upstream.account("sk-a", asked -> asked.webSocket() ? new SayingUpstream.Say.Close(1009, "message too big")
                    : SayingUpstream.well(asked));
            try (RunningGateway gateway = two("prefer"); Door.Visitor visitor = door.enter(gateway, authority, "")) {
                Heard heard = visitor.ask(ASK);
                assertTrue(heard.well(), heard::text);
                assertEquals(0, upstream.asked("sk-b").size());
                assertEquals(0, gateway.account("a").history().failed());
                assertFalse(upstream.asked("sk-a").getLast().body().contains("\"type\""), "it is a request, not a message");
            }
        });
    }
}
