package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.simulator.Fault;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;

/** A client that does not read: its stream takes what the sockets hold, and no more, until the limit ends it. */
class SlowClientTest {
    /** What the upstream would send. */
    private static final long FLOOD_BYTES = 20_000L * 20_000;
    /** Four socket buffers, as large as Linux makes them by itself, and the relay's own. */
    private static final long BOUND_BYTES = 128L * 1024 * 1024;

    @TempDir
    private static Path folder;
    private static TestAuthority authority;

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(folder);
        authority.issue("first", "EC");
        // Java keeps a socket of its own from the first use of a channel on.
        SimulatedUpstream.start().close();
    }

    private static RunningGateway gateway(String threads, boolean tls, SimulatedUpstream upstream, Witness witness)
            throws Exception {
        return RunningGateway.of("modules: {streams: " + threads + "}\nstream: {stall-timeout: 500ms}\n"
                + (tls ? authority.serving("first") : "")
                + "accounts: [{name: a, base-url: \"" + upstream.baseUri() + "\", api-key: sk-a}]\n", witness::watch);
    }

    private static TestClient client(RunningGateway gateway, boolean tls) throws Exception {
        if (!tls) {
            return gateway.client();
        }
        return new TestClient(authority.secured(new Socket(InetAddress.getLoopbackAddress(), gateway.port())));
    }

    @ParameterizedTest
    @CsvSource({"loop, false", "loop, true", "shared, false", "shared, true"})
    void takesABoundedPartOfTheStreamAndIsThenCutOff(String threads, boolean tls) throws Exception {
        Leftovers before = Leftovers.now();
        Witness witness = new Witness();
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningGateway gateway = gateway(threads, tls, upstream, witness)) {
            upstream.always("sk-a", Fault.of("deltas=20000;size=20000"));
            try (TestClient deaf = client(gateway, tls)) {
                Listening.ask(deaf, "gpt-5.1");
                ReceivedRequest call = upstream.log().await(1);
                assertEquals(ReceivedRequest.Ending.PEER_GONE, call.awaitEnd());
                assertTrue(call.bytesSent() < BOUND_BYTES, call.bytesSent() + " bytes of " + FLOOD_BYTES + " were taken");
                witness.awaitEnd(1);
                gateway.awaitLog("the client does not read");
            }
            assertEquals(0, gateway.account("a").history().failed(), "a slow client was blamed on the account");
            assertTrue(witness.records().getFirst().usage().estimated());
            assertEquals(List.of(), witness.faults());
        }
        assertEquals(Leftovers.NONE, before.awaitNoMore());
    }
}
