package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;

/**
 * Clients hang up at any moment, and their upstream calls end. All limits are far away and no comment is written, so that
 * nothing but seeing the client leave can end the calls of a silent upstream.
 */
class HangUpTest {
    private static final int FOR_EACH_PHASE = 6;
    private static final String PATIENT = "stream: {keepalive: off, header-keepalive: off, headers-timeout-streaming: off,"
            + " idle-timeout: off, stall-timeout: 1h}\n";
    /** What the upstream does when the client leaves, and what the client may have read by then. */
    private static final List<Phase> PHASES = List.of(
            new Phase("sim-headers-3600s", 0), new Phase("sim-silent-3600s", 0), new Phase("sim-first-3600s", 400),
            new Phase("sim-stall-8", 900), new Phase("sim-deltas-100000-interval-2ms", 3000),
            new Phase("sim-deltas-20000-size-20000", 200_000), new Phase("sim-huge-5000000-stall-5", 30_000));

    @TempDir
    private static Path folder;
    private static TestAuthority authority;

    private record Phase(String model, int mostRead) { }

    private record Caller(TestClient client, int read) { }

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(folder);
        authority.issue("first", "EC");
        // Java keeps a socket of its own from the first use of a channel on.
        SimulatedUpstream.start().close();
    }

    private static TestClient client(RunningGateway gateway, boolean tls, boolean reset) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        if (reset) {
            socket.setSoLinger(true, 0);
        }
        if (!tls) {
            return new TestClient(socket);
        }
        return new TestClient(authority.secured(socket));
    }

    private static RunningGateway gateway(String threads, boolean tls, String upstream, Witness witness) throws Exception {
        return RunningGateway.of("modules: {streams: " + threads + "}\n" + PATIENT
                + (tls ? authority.serving("first") : "")
                + "accounts: [{name: a, base-url: \"" + upstream + "\", api-key: sk-a, concurrency: 1000}]\n", witness::watch);
    }

    @ParameterizedTest
    @CsvSource({"loop, false", "loop, true", "shared, false", "shared, true"})
    void anUpstreamCallEndsWhenItsClientHangsUp(String threads, boolean tls) throws Exception {
        Leftovers before = Leftovers.now();
        Witness witness = new Witness();
        Random random = new Random(4);
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = gateway(threads, tls, upstream.baseUri().toString(), witness)) {
            List<Caller> callers = new ArrayList<>();
            for (Phase phase : PHASES) {
                for (int i = 0; i < FOR_EACH_PHASE; i++) {
                    TestClient client = client(gateway, tls, i % 2 == 0);
                    Listening.ask(client, phase.model);
                    callers.add(new Caller(client, phase.mostRead == 0 ? 0 : random.nextInt(phase.mostRead)));
                }
            }
            upstream.log().await(callers.size());
            Collections.shuffle(callers, random);
            for (Caller caller : callers) {
                try (TestClient client = caller.client) {
                    assertEquals(caller.read, client.socket().getInputStream().readNBytes(caller.read).length);
                }
            }
            for (ReceivedRequest call : upstream.log().all()) {
                assertEquals(ReceivedRequest.Ending.PEER_GONE, call.awaitEnd());
            }
            witness.awaitEnd(callers.size());
            assertEquals(callers.size(), witness.records().size());
            assertEquals(List.of(), witness.faults());
            assertEquals(0, gateway.account("a").history().failed(), "a client's leaving was blamed on the account");
        }
        assertEquals(Leftovers.NONE, before.awaitNoMore());
    }

    @ParameterizedTest
    @CsvSource({"loop, false", "loop, true", "shared, false", "shared, true"})
    void alsoInTheMiddleOfAnEvent(String threads, boolean tls) throws Exception {
        Witness witness = new Witness();
        String event = "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\"}}\n\n";
        try (HandUpstream hand = new HandUpstream(); RunningGateway gateway = gateway(threads, tls, hand.uri(), witness)) {
            hand.say(event + event.substring(0, event.length() / 2));
            try (Listening listening = new Listening(client(gateway, tls, false), "gpt-5.1")) {
                while (listening.heard().length() < event.length()) {
                    listening.hear();
                }
            }
            hand.awaitLeft();
            witness.awaitEnd(1);
            assertEquals(List.of(), witness.faults());
        }
    }
}
