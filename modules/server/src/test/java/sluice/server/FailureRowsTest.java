package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.api.AccountStatus;
import sluice.api.AttemptOutcome;
import sluice.failures.FailureRules;
import sluice.simulator.Fault;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;

/** Each row of {@link FailureRules} over real sockets: who is blamed, who is asked next, and what the client gets. */
class FailureRowsTest {
    private static final String HOLD = "failover: {commit: first-output}";
    private static final String STREAM = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
    private static final String ENCRYPTED = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":["
            + "{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\"sim\"},{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String BOUND = "{\"model\":\"gpt-5.1\",\"stream\":true,\"input\":\"hi\",\"previous_response_id\":\"resp_x\"}";
    private static final String LARGE = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"" + "x".repeat(16 << 20)
            + "\"}";

    private SimulatedUpstream upstream;

    /**
     * A way to meet a row.
     *
     * @param what the row
     * @param fault what account a does about each request
     * @param body what the client sends
     * @param settings configuration of the gateway beyond its accounts
     * @param status what the client gets where a is the only account
     * @param code the code of that error; empty: as the upstream's
     * @param retryAfter seconds that the client is told to wait; 0: none
     */
    private record Meeting(String what, String fault, String body, String settings, int status, String code, int retryAfter) {
        FailureRules.Rule rule() {
            return FailureRules.rules().stream().filter(rule -> rule.what().equals(what)).findFirst().orElseThrow();
        }

        @Override
        public String toString() {
            return what + ": " + fault;
        }
    }

    private static Meeting meet(String what, String fault, int status, String code, int retryAfter) {
        return new Meeting(what, fault, STREAM, "", status, code, retryAfter);
    }

    private static Meeting hold(String what, String fault, int status, String code, int retryAfter) {
        return new Meeting(what, fault, STREAM, HOLD, status, code, retryAfter);
    }

    static Stream<Meeting> meetings() {
        String later = "stream: {first-output-timeout: 100ms, headers-timeout-streaming: 200ms}\n";
        return Stream.of(
                new Meeting("encrypted reasoning of another organisation", "status=400;code=invalid_encrypted_content", ENCRYPTED, "",
                        400, "invalid_encrypted_content", 0),
                meet("overloaded", "status=400;code=server_is_overloaded", 503, "server_is_overloaded", 0),
                meet("overloaded", "status=400;code=slow_down", 503, "slow_down", 0),
                meet("overloaded", "status=400;message=Selected_model_is_at_capacity.", 503, "server_is_overloaded", 0),
                new Meeting("previous response not in the account", "status=400;code=previous_response_not_found", BOUND, "", 400,
                        "previous_response_not_found", 0),
                meet("model not in the account", "status=404", 404, "model_not_found", 0),
                meet("model not in the account", "status=403;code=model_not_found", 404, "model_not_found", 0),
                meet("model not in the account", "status=403;message=Project_sk-a_has_no_access_to_model_x", 404, "model_not_found", 0),
                meet("organisation not verified", "status=403;code=other;message=Your_organization_must_be_verified_to_use_the_model_`x`.",
                        404, "model_not_found", 0),
                meet("parameter, file or tool of the request", "status=400;code=invalid_value;message=Invalid_value:_rate_limit.", 400,
                        "invalid_value", 0),
                meet("parameter, file or tool of the request", "status=429;code=external_connector_error;message=MCP_server_said_429.",
                        429, "external_connector_error", 0),
                meet("quota used up", "status=429;code=insufficient_quota", 429, "usage_limit_reached", 600),
                meet("payment required", "status=402", 429, "usage_limit_reached", 600),
                meet("key or account refused", "status=401", 503, "no_account_available", 30),
                meet("forbidden, in OpenAI's words", "status=403", 503, "no_account_available", 0),
                meet("forbidden, in other words", "status=403;body=html", 403, "upstream_error", 0),
                meet("request too large for the rate limit", "status=429;message=Request_too_large_for_gpt-5.1;retry=9", 429,
                        "rate_limit_exceeded", 9),
                meet("usage limit of a plan", "status=429;code=usage_limit_reached;retry=7", 429, "usage_limit_reached", 7),
                meet("key refused", "status=401;code=other;message=no", 503, "no_account_available", 30),
                meet("too many requests", "status=429;code=other;type=other;message=no;retry=7", 429, "rate_limit_exceeded", 7),
                meet("refused from this address or country", "status=403;code=ip_not_authorized;message=no", 503,
                        "no_account_available", 0),
                meet("rate limit", "status=429;retry=7", 429, "rate_limit_exceeded", 7),
                meet("rate limit", "status=429;retryms=300", 429, "rate_limit_exceeded", 1),
                meet("rate limit", "status=429;reset=1m30s", 429, "rate_limit_exceeded", 90),
                meet("rate limit", "status=429;message=Rate_limit_reached._Please_try_again_in_2.5s.", 429, "rate_limit_exceeded", 3),
                meet("rate limit", "status=429", 429, "rate_limit_exceeded", 5),
                meet("request timeout, server errors", "status=408", 408, "invalid_request", 0),
                meet("request timeout, server errors", "status=500", 500, "server_error", 0),
                meet("request timeout, server errors", "status=503;body=html", 503, "upstream_error", 0),
                meet("request timeout, server errors", "status=529;body=empty", 529, "upstream_error", 0),
                new Meeting("response or conversation not in the account", "status=404;code=not_found;message=Not_found.",
                        BOUND.replace("previous_response_id", "conversation"), "", 404, "not_found", 0),
                meet("redirect, any other refusal", "status=400", 400, "invalid_request", 0),
                meet("redirect, any other refusal", "status=409", 409, "invalid_request", 0),
                meet("redirect, any other refusal", "status=413", 413, "invalid_request", 0),
                meet("redirect, any other refusal", "status=422", 422, "invalid_request", 0),
                hold("rate limit", "ratelimited", 429, "rate_limit_exceeded", 1),
                hold("quota used up", "fail=insufficient_quota", 429, "usage_limit_reached", 600),
                hold("overloaded", "overloaded", 503, "server_is_overloaded", 0),
                hold("server error told as an event", "fail=server_error;failas=error", 503, "server_error", 0),
                hold("previous response not in the account", "fail=previous_response_not_found", 200,
                        "previous_response_not_found", 0),
                hold("too long, against a policy, not valid", "fail=context_length_exceeded", 200, "context_length_exceeded", 0),
                hold("any other failure told as an event", "fail=something_else", 200, "something_else", 0),
                meet("not reached: address, connection, TLS, proxy", "refuse", 502, "upstream_unreachable", 0),
                meet("not reached: address, connection, TLS, proxy", "tls", 502, "upstream_unreachable", 0),
                new Meeting("reset before the request was sent", "reset", LARGE, "", 502, "upstream_unreachable", 0),
                meet("reset or nonsense after the request was sent", "drop=rst", 502, "upstream_unreachable", 0),
                meet("reset or nonsense after the request was sent", "drop=fin", 502, "upstream_unreachable", 0),
                meet("reset or nonsense after the request was sent", "both", 502, "upstream_unreachable", 0),
                new Meeting("no headers in time", "headers=3600s", STREAM, later, 504, "upstream_timeout", 0),
                new Meeting("no output in time", "first=3600s", STREAM, later + HOLD, 504, "first_output_timeout", 0),
                meet("stream broken before its first byte was passed on", "cut=100", 502, "upstream_unreachable", 0),
                hold("stream broken before its first byte was passed on", "cut=1500", 502, "upstream_unreachable", 0),
                meet("stream broken later", "deltas=20;cut=2500", 200, "upstream_stream_broken", 0),
                meet("stream broken later", "noend", 200, "upstream_stream_broken", 0));
    }

    @BeforeEach
    void startUpstream() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stopUpstream() {
        upstream.close();
    }

    /** A gateway whose account a does what the meeting says; b and c, if they are there, are well. */
    private RunningGateway gateway(Meeting meeting, OneWayServer odd, int accounts) throws IOException {
        String a = upstream.baseUri().toString();
        switch (meeting.fault()) {
            case "refuse", "reset" -> a = odd.uri();
            case "tls" -> a = odd.uri().replace("http:", "https:");
            default -> upstream.always("sk-a", Fault.of(meeting.fault()));
        }
        StringBuilder yaml = new StringBuilder("accounts:\n");
        for (int i = 0; i < accounts; i++) {
            char name = (char) ('a' + i);
            yaml.append("  - {name: ").append(name).append(", base-url: \"").append(i == 0 ? a : upstream.baseUri())
                    .append("\", api-key: sk-").append(name).append(", tier: ").append(i).append("}\n");
        }
        return RunningGateway.of(yaml + meeting.settings());
    }

    @Test
    void everyRowIsMet() {
        // The first has its own test here, the second in WebSocketModeTest, the last two in UnreadWritesTest and AnswerMemoryTest, the
        // others in DoorsTest.
        List<String> elsewhere = List.of("client gone", "no WebSocket at the account's address", "route not in the account",
                "route not in the account, in OpenAI's words", "route not in the account, in other words",
                "request too large for the account's WebSocket", "WebSocket closed in the turn", "request not read in time",
                "no memory for the answer");
        List<String> met = Stream.concat(elsewhere.stream(), meetings().map(Meeting::what)).distinct().sorted().toList();
        assertEquals(FailureRules.rules().stream().map(FailureRules.Rule::what).sorted().toList(), met);
    }

    @ParameterizedTest
    @MethodSource("meetings")
    void theOnlyAccount(Meeting meeting) throws IOException, InterruptedException {
        try (OneWayServer odd = OneWayServer.of(meeting.fault()); RunningGateway gateway = gateway(meeting, odd, 1);
                TestClient client = gateway.client()) {
            TestClient.Answer answer = client.post(meeting.body());
            assertEquals(meeting.status(), answer.status(), answer.text());
            assertTrue(answer.text().contains("\"" + meeting.code() + "\""), answer.text());
            assertFalse(answer.text().contains("sk-a") || answer.text().contains("org-simulated"), answer.text());
            assertEquals(meeting.retryAfter() == 0 ? "" : Integer.toString(meeting.retryAfter()),
                    answer.headers().first("retry-after").orElse(""));
            assertEquals(meeting.status() != 200, answer.headers().has("x-sluice-error"));
            gateway.awaitLog(" [" + meeting.what() + "]\"");
            assertEquals(0, gateway.account("a").slots().taken());
            blamed(meeting, gateway);
        }
    }

    @ParameterizedTest
    @MethodSource("meetings")
    void anotherAccountIsThere(Meeting meeting) throws IOException {
        try (OneWayServer odd = OneWayServer.of(meeting.fault()); RunningGateway gateway = gateway(meeting, odd, 2);
                TestClient client = gateway.client()) {
            boolean moves = switch (meeting.rule().effect()) {
                case NEXT_ACCOUNT, NEXT_IF_RESEND_ALLOWED -> true;
                case NEXT_IF_OWNER_UNKNOWN -> meeting.body().contains("resp_x");
                case PASS, STRIP_ONCE, NOT_BY_WEBSOCKET, END -> false;
            };
            if (meeting.body().contains("resp_x")) {
                // The simulated account knows no such response either.
                upstream.always("sk-b", Fault.of("status=429;retry=1"));
            }
            TestClient.Answer answer = client.post(meeting.body());
            List<ReceivedRequest> second = upstream.log().of("sk-b");
            assertEquals(moves ? 1 : 0, second.size());
            if (moves && !meeting.body().contains("resp_x")) {
                assertEquals(200, answer.status(), answer.text());
                assertTrue(answer.whole() && answer.text().contains("event: response.completed"));
                assertEquals(meeting.body().length(), second.getFirst().body().length);
                assertEquals(1, gateway.account("b").history().succeeded());
            } else if (!moves) {
                assertEquals(meeting.status(), answer.status(), answer.text());
            }
            blamed(meeting, gateway);
            goesThereAgain(meeting, gateway);
        }
    }

    /** What the statistics of account a say. */
    private static void blamed(Meeting meeting, RunningGateway gateway) {
        AccountStatus a = gateway.account("a");
        assertEquals(meeting.rule().outcome().isPresent() ? 1 : 0, a.history().failed());
        boolean counts = meeting.rule().outcome().filter(kind -> switch (kind) {
            case UNAUTHORIZED, FORBIDDEN, UPSTREAM, TRANSPORT, UNREACHABLE -> true;
            case RATE_LIMITED, USAGE_LIMIT, QUOTA, MODEL_UNSERVED, ROUTE_UNSERVED -> false;
        }).isPresent();
        assertEquals(counts ? 1 : 0, a.history().errorEwma(), 0.05);
        AccountStatus.State state = meeting.rule().outcome().map(kind -> switch (kind) {
            case RATE_LIMITED -> AccountStatus.State.MODEL_COOLING_DOWN;
            case QUOTA, USAGE_LIMIT -> AccountStatus.State.COOLING_DOWN;
            case UNAUTHORIZED -> AccountStatus.State.UNAUTHORIZED;
            case FORBIDDEN, MODEL_UNSERVED, ROUTE_UNSERVED, UPSTREAM, TRANSPORT, UNREACHABLE -> AccountStatus.State.READY;
        }).orElse(AccountStatus.State.READY);
        if (state == AccountStatus.State.MODEL_COOLING_DOWN && meeting.retryAfter() == 1) {
            assertTrue(a.limits().coolingNanos() <= 1_000_000_000L);
            return;
        }
        assertEquals(state, a.state());
        assertTrue(a.limits().coolingNanos() <= meeting.retryAfter() * 1_000_000_000L, () -> "rests for " + a.limits().coolingNanos());
    }

    /** Whether account a is asked at the next request: not while it rests. */
    private void goesThereAgain(Meeting meeting, RunningGateway gateway) throws IOException {
        boolean rests = meeting.rule().outcome().filter(kind -> switch (kind) {
            case RATE_LIMITED -> meeting.retryAfter() > 1;
            case QUOTA, USAGE_LIMIT, UNAUTHORIZED, MODEL_UNSERVED, ROUTE_UNSERVED -> true;
            case FORBIDDEN, UPSTREAM, TRANSPORT, UNREACHABLE -> false;
        }).isPresent();
        if (rests) {
            long before = upstream.log().of("sk-a").size();
            try (TestClient client = gateway.client()) {
                assertEquals(200, client.post(STREAM).status());
            }
            assertEquals(before, upstream.log().of("sk-a").size());
        }
    }

    @ParameterizedTest
    @MethodSource("meetings")
    void threeInARowOpenTheBreaker(Meeting meeting) throws IOException {
        AttemptOutcome.Kind kind = meeting.rule().outcome().orElse(AttemptOutcome.Kind.QUOTA);
        boolean breaks = kind == AttemptOutcome.Kind.UPSTREAM || kind == AttemptOutcome.Kind.TRANSPORT;
        if (!breaks && kind != AttemptOutcome.Kind.FORBIDDEN || meeting.body() == LARGE) {
            return;
        }
        try (OneWayServer odd = OneWayServer.of(meeting.fault()); RunningGateway gateway = gateway(meeting, odd, 1)) {
            for (int i = 0; i < 3; i++) {
                try (TestClient client = gateway.client()) {
                    TestClient.Answer answer = client.post(meeting.body());
                    assertEquals(meeting.status(), answer.status());
                    if (i == 2 && meeting.status() != 200) {
                        assertTrue(Integer.parseInt(answer.headers().first("retry-after").orElseThrow()) <= (breaks ? 5 : 30));
                    }
                }
            }
            assertEquals(AccountStatus.State.BREAKER_OPEN, gateway.account("a").state());
        }
    }

    @ParameterizedTest
    @MethodSource("meetings")
    void sendsAgainOnlyWhatMayHaveRunIfThatIsAllowed(Meeting meeting) throws IOException {
        if (meeting.rule().effect() != FailureRules.Effect.NEXT_IF_RESEND_ALLOWED) {
            return;
        }
        String kept = meeting.body().replace(",\"store\":false", "");
        List<String> never = List.of(kept, kept.replace("\"input\"", "\"store\":true,\"input\""),
                meeting.body().replace("\"input\"", "\"background\":true,\"input\""));
        try (OneWayServer odd = OneWayServer.of(meeting.fault()); RunningGateway gateway = gateway(meeting, odd, 2)) {
            for (String body : never) {
                try (TestClient client = gateway.client()) {
                    TestClient.Answer answer = client.post(body);
                    assertEquals(meeting.status(), answer.status(), answer.text());
                    assertTrue(upstream.log().of("sk-b").isEmpty(), body);
                }
                gateway.process().gateway().inForce().scheduler().control("a", sluice.api.AccountScheduler.Control.RESET);
            }
        }
    }

    @Test
    void aClientThatLeavesIsNobodysFault() throws IOException, InterruptedException {
        for (String fault : new String[] {"headers=3600s", "first=3600s", "deltas=100;interval=50ms", "stall=3"}) {
            upstream.log().clear();
            upstream.always("sk-a", Fault.of(fault));
            try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2, "stream: {watch-after: 0s}")) {
                try (TestClient client = gateway.client()) {
                    client.sendHead("POST", "/v1/responses", STREAM.length());
                    client.raw(STREAM);
                    upstream.log().await(1);
                }
                assertEquals(ReceivedRequest.Ending.PEER_GONE, upstream.log().last().awaitEnd(), fault);
                gateway.awaitLog("error=client_gone detail=");
                AccountStatus a = gateway.account("a");
                assertEquals(0, a.history().failed() + a.slots().taken(), fault);
                assertEquals(0, a.history().errorEwma(), fault);
                assertEquals(AccountStatus.State.READY, a.state());
                assertEquals(1, upstream.log().total(), fault);
            }
        }
    }

    @Test
    void stripsReasoningOnceOnTheSameAccount() throws IOException {
        upstream.script("sk-a", Fault.of("status=400;code=invalid_encrypted_content"));
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2, ""); TestClient client = gateway.client()) {
            assertEquals(200, client.post(ENCRYPTED).status());
            assertEquals(List.of("sk-a", "sk-a"), upstream.log().all().stream().map(ReceivedRequest::accountKey).toList());
            assertFalse(new String(upstream.log().last().body()).contains("encrypted_content"));
            assertEquals(0, gateway.account("a").history().failed());
        }
    }

    @Test
    void anEventThatThePastIsElsewhereMovesOnWhileNobodyKnowsWhere() throws IOException {
        upstream.always("sk-a", Fault.of("fail=previous_response_not_found"));
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2, HOLD); TestClient client = gateway.client();
                TestClient direct = new TestClient(upstream.port())) {
            String made = direct.post("/v1/conversations", "{}", "Authorization", "Bearer sk-a").text();
            String id = made.substring(made.indexOf("conv_"), made.indexOf('"', made.indexOf("conv_")));
            upstream.log().clear();
            assertEquals(404, client.post(BOUND.replace("previous_response_id", "conversation").replace("resp_x", id)).status());
            assertEquals(List.of("sk-a", "sk-b"), upstream.log().all().stream().map(ReceivedRequest::accountKey).toList());
        }
    }

    @Test
    void tellsTheSoonestEndOfARest() throws IOException {
        upstream.always("sk-a", Fault.of("status=429;retry=40"));
        upstream.always("sk-b", Fault.of("status=429;retry=11"));
        upstream.always("sk-c", Fault.of("status=429;retry=70"));
        for (int attempts : new int[] {3, 5}) {
            try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 3,
                    "scheduler: {wait: {timeout: 1s}}\nfailover: {max-attempts: " + attempts + "}"); TestClient client = gateway.client()) {
                for (int request = 0; request < 2; request++) {
                    TestClient.Answer answer = client.post(STREAM);
                    assertEquals(429, answer.status(), answer.text());
                    assertEquals("11", answer.headers().first("retry-after").orElseThrow());
                }
                assertEquals(3, upstream.log().all().stream().map(ReceivedRequest::accountKey).collect(Collectors.toSet()).size());
            }
        }
    }
}
