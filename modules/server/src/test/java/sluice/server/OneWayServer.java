package sluice.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A peer that never answers: it refuses connections, resets them after the first bytes, or speaks no TLS. */
final class OneWayServer implements AutoCloseable {
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final String manner;

    private OneWayServer(String manner) throws IOException {
        this.manner = manner;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        if (manner.equals("refuse")) {
            server.close();
        } else {
            Thread.ofVirtual().start(this::accept);
        }
    }

    /** One of a manner: {@code refuse}, {@code reset}, {@code tls}; nobody talks to one of any other. */
    static OneWayServer of(String manner) throws IOException {
        return new OneWayServer(manner);
    }

    String uri() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/v1";
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                socket.getInputStream().read(new byte[100]);
                if (manner.equals("reset")) {
                    socket.setSoLinger(true, 0);
                } else {
                    socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
                }
                socket.close();
            } catch (IOException e) {
                // The next one is met all the same.
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
