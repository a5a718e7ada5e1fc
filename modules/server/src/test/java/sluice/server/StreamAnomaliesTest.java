package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.AccountScheduler;
import sluice.api.UsageRecord;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;

/**
 * Over real sockets: the upstream is cut at byte n, the client fails at byte n. {@code -Danomaly.every=1} for every n; the
 * relay alone meets every n in its own module.
 */
class StreamAnomaliesTest {
    private static final int EVERY = Integer.getInteger("anomaly.every", 29);
    private static final String STREAM = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
    private static final Pattern TERMINAL = Pattern.compile("(?m)^event: (response\\.(completed|failed|incomplete)|error)\r?$");

    private static int whole(SimulatedUpstream upstream, RunningGateway gateway) throws IOException {
        try (TestClient client = gateway.client()) {
            assertTrue(client.post(STREAM).whole());
            return (int) upstream.log().last().bytesSent();
        }
    }

    private static RunningGateway gateway(SimulatedUpstream upstream, Witness witness, String more) throws IOException {
        return RunningGateway.of("accounts: [{name: a, base-url: \"" + upstream.baseUri() + "\", api-key: sk-a}]\n"
                + "failover: {breaker: {failures: 1000}" + more + "}\nupstream: {idle-timeout: 100ms}\nstream: {watch-after: 0s}\n",
                witness::watch);
    }

    /** Nothing was lost, counted twice or left behind. */
    private static void settled(Witness witness, int requests, Leftovers idle) throws IOException, InterruptedException {
        witness.awaitEnd(requests);
        assertEquals(requests, witness.records().size());
        assertEquals(requests, witness.records().stream().map(UsageRecord::requestId).distinct().count());
        assertEquals(List.of(), witness.faults());
        assertEquals(Leftovers.NONE, idle.awaitNoMore());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "eol=crlf;", "split=7;", "rst"})
    void anUpstreamCutAtAnyByteGivesOneEndOrABrokenOne(String how) throws IOException, InterruptedException {
        Witness witness = new Witness();
        String framing = how.equals("rst") ? "" : how;
        String cut = how.equals("rst") ? "rst=" : "cut=";
        String commit = how.isEmpty() ? ", commit: first-output" : "";
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = gateway(upstream, witness, commit)) {
            Leftovers idle = Leftovers.now();
            upstream.always("sk-a", Fault.of(framing + "deltas=3"));
            int length = whole(upstream, gateway);
            int requests = 1;
            long usage = 0;
            for (int n = 0; n < length; n += EVERY, requests++) {
                upstream.script("sk-a", Fault.of(framing + "deltas=3;" + cut + n));
                if (requests % 500 == 0) {
                    gateway.process().gateway().inForce().scheduler().control("a", AccountScheduler.Control.RESET);
                }
                try (TestClient client = gateway.client()) {
                    TestClient.Answer answer = client.post(STREAM);
                    long terminals = TERMINAL.matcher(answer.text()).results().count();
                    String where = "cut at " + n + " of " + length + ": " + answer.status() + "\n" + answer.text();
                    if (answer.status() != 200) {
                        assertEquals(502, answer.status(), where);
                    } else if (answer.whole()) {
                        assertEquals(1, terminals, where);
                        assertTrue(answer.text().contains("event: response.completed"), where);
                        usage++;
                    } else {
                        assertTrue(terminals <= 1, where);
                        assertFalse(answer.text().contains("event: response.completed") && answer.text().contains("stream_broken"), where);
                        assertTrue(client.isClosed(), where);
                    }
                }
            }
            settled(witness, requests, idle);
            assertEquals(usage + 1, witness.records().stream().filter(r -> r.usage().total() > 0 && !r.usage().estimated()).count());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientThatFailsAtAnyByteLeavesNothingBehind(boolean reset) throws IOException, InterruptedException {
        Witness witness = new Witness();
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = gateway(upstream, witness, "")) {
            Leftovers idle = Leftovers.now();
            upstream.always("sk-a", Fault.of("deltas=3"));
            int length = whole(upstream, gateway);
            // The stream goes on long behind the byte, or ends just then.
            for (String fault : new String[] {"deltas=3;interval=1ms", "deltas=400;interval=1ms"}) {
                upstream.always("sk-a", Fault.of(fault));
                for (int n = 0; n < length; n += EVERY) {
                    try (TestClient client = gateway.client()) {
                        client.socket().setSoLinger(reset, 0);
                        client.sendHead("POST", "/v1/responses", STREAM.length());
                        client.raw(STREAM);
                        InputStream in = client.socket().getInputStream();
                        assertEquals(n, in.readNBytes(n).length);
                    }
                }
            }
            int requests = 1 + 2 * ((length + EVERY - 1) / EVERY);
            settled(witness, requests, idle);
            assertEquals(0, gateway.account("a").history().failed(), "a client's leaving was blamed on the account");
        }
    }

    @Test
    void aStallEndsAtTheIdleLimitWithOneFailure() throws IOException {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); RunningGateway gateway = RunningGateway.accounts(upstream.baseUri(), 2,
                "stream: {idle-timeout: 200ms, keepalive: 50ms}"); TestClient client = gateway.client()) {
            upstream.always("sk-a", Fault.of("stall=4"));
            TestClient.Answer answer = client.post(STREAM);
            assertFalse(answer.whole());
            assertEquals(1, TERMINAL.matcher(answer.text()).results().count(), answer.text());
            assertTrue(answer.text().contains("\"upstream_stream_broken\"") && answer.text().contains("\n\n: keepalive\n"));
            assertEquals(1, gateway.account("a").history().failed());
            assertEquals(1, upstream.log().total());
        }
    }
}
