package sluice.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports for the demo: the usual ones if they are free, others if they are not. Stateless. */
final class FreePorts {
    private FreePorts() {
    }

    /** {@code wanted}, or any free port of the loopback address if that one is taken. */
    static int near(int wanted) throws IOException {
        try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException taken) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }
    }
}
