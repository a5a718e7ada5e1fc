package sluice.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests of gateways that have all doors, before accounts that say what the test wants. The certificate is made once for each test class:
 * it takes most of a second.
 */
abstract class AtAllDoors {
    static TestAuthority authority;
    @TempDir
    private static Path certificates;

    SayingUpstream upstream;

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(certificates);
        authority.issue("doors", "EC");
    }

    @BeforeEach
    void openAccounts() throws IOException {
        upstream = new SayingUpstream();
    }

    @AfterEach
    void closeAccounts() throws IOException {
        upstream.close();
    }

    /**
     * A gateway before the first accounts.
     *
     * @param server what section {@code server} says besides, beginning with a comma; or nothing
     * @param more other sections, or none
     */
    RunningGateway gateway(int accounts, String server, String more) throws Exception {
        return RunningGateway.accounts(upstream.uri(), accounts, "server: {" + Door.settings(authority) + server + "}\n" + more);
    }

    /** A client's connection by TLS. */
    static Socket connection(RunningGateway gateway) throws Exception {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        plain.setTcpNoDelay(true);
        return authority.secured(plain);
    }

    /** Asks once, by a connection of its own. */
    static Heard ask(Door door, RunningGateway gateway, String key, String body) throws Exception {
        try (Door.Visitor visitor = door.enter(gateway, authority, key)) {
            return visitor.ask(body);
        }
    }
}
