package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.AccountStatus;
import sluice.simulator.Fault;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;

/** Answers to clients that asked for JSON, whose 200 says that the account failed. */
class WholeAnswerFailoverTest {
    private static final String PLAIN = "{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}";
    private static final String HOLD = "failover: {commit: first-output}";

    private SimulatedUpstream upstream;

    @BeforeEach
    void startUpstream() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stopUpstream() {
        upstream.close();
    }

    private List<String> asked() {
        return upstream.log().all().stream().map(ReceivedRequest::accountKey).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"overloaded", "ratelimited", "fail=server_error", "fail=insufficient_quota", "overloaded;split=1",
        "overloaded;gzip", "swap;overloaded", "swap;ratelimited;failas=error", "swap;fail=server_error;failas=both",
        "cut=120", "cut=0"})
    void anotherAccountAnswersUnseen(String fault) throws IOException, InterruptedException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2, HOLD);
                TestClient client = gateway.client()) {
            upstream.always("sk-a", Fault.of(fault));
            TestClient.Answer answer = client.post(PLAIN);
            assertEquals(200, answer.status(), answer.text());
            assertTrue(answer.whole() && answer.text().contains("\"status\":\"completed\""), answer.text());
            assertFalse(answer.text().contains("failed"), answer.text());
            assertFalse(answer.headers().has("x-sluice-error"));
            assertEquals(List.of("sk-a", "sk-b"), asked());
            assertEquals(PLAIN, new String(upstream.log().last().body()));
            gateway.awaitLog(" attempts=2");
            assertEquals(1, gateway.account("a").history().failed());
            assertEquals(1, gateway.account("b").history().succeeded());
            assertEquals(0, gateway.account("a").slots().taken() + gateway.account("b").slots().taken());
        }
    }

    @ParameterizedTest
    @CsvSource({"overloaded, 503, server_is_overloaded", "ratelimited, 429, rate_limit_exceeded",
        "swap;overloaded, 503, server_is_overloaded", "swap;fail=context_length_exceeded, 400, context_length_exceeded"})
    void theOnlyAccountsFailureIsAnError(String fault, int status, String code) throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 1, HOLD);
                TestClient client = gateway.client()) {
            upstream.always("sk-a", Fault.of(fault));
            TestClient.Answer answer = client.post(PLAIN);
            assertEquals(status, answer.status(), answer.text());
            assertTrue(answer.text().startsWith("{\"error\":{"), answer.text());
            assertTrue(answer.text().contains("\"code\":\"" + code + "\""), answer.text());
            assertTrue(answer.headers().has("x-sluice-error"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", HOLD})
    void aFailureOfTheRequestsOwnIsPassedOn(String commit) throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2, commit);
                TestClient client = gateway.client()) {
            upstream.always("sk-a", Fault.of("fail=context_length_exceeded"));
            TestClient.Answer answer = client.post(PLAIN);
            assertEquals(200, answer.status());
            assertTrue(answer.whole() && answer.text().contains("\"status\":\"failed\""), answer.text());
            assertEquals(List.of("sk-a"), asked());
            assertEquals(0, gateway.account("a").history().failed());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", HOLD})
    void aStoredFailureIsNoFailureOfItsAccount(String commit) throws IOException {
        String json = "{\"id\":\"resp_attack\",\"status\":\"failed\","
                + "\"error\":{\"code\":\"server_is_overloaded\",\"message\":\"busy\"}}";
        String event = "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":" + json + "}\n\n";
        try (ScriptedUpstream stored = new ScriptedUpstream(answer("application/json", json), "", ScriptedUpstream.Then.STAY);
                RunningGateway gateway = RunningGateway.accounts(stored.uri(), 1, commit); TestClient client = gateway.client()) {
            TestClient.Answer whole = client.send("GET", "/v1/responses/resp_attack", new byte[0]);
            assertEquals(json, whole.text());
            stored.play(answer("text/event-stream", event).getBytes(), ScriptedUpstream.Then.STAY);
            TestClient.Answer replayed = client.send("GET", "/v1/responses/resp_attack?stream=true", new byte[0]);
            assertEquals(event, replayed.text());
            assertTrue(whole.whole() && replayed.whole());
            assertEquals(2, stored.attacks());
            AccountStatus a = gateway.account("a");
            assertEquals(0, a.history().failed());
            assertEquals(AccountStatus.State.READY, a.state());
        }
    }

    private static String answer(String type, String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void aFailureThatCameAtOnceIsSeenWithoutHolding() throws IOException {
        try (RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2, "");
                TestClient client = gateway.client()) {
            upstream.always("sk-a", Fault.of("overloaded"));
            assertTrue(client.post(PLAIN).text().contains("\"status\":\"completed\""));
            assertEquals(List.of("sk-a", "sk-b"), asked());
        }
    }
}
