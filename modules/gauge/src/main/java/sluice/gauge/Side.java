package sluice.gauge;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import sluice.api.Account;
import sluice.api.Secret;
import sluice.config.Loopback;
import sluice.http1.HttpBody;
import sluice.http1.HttpInput;
import sluice.http1.ResponseHead;
import sluice.net.SocketLink;

/**
 * One way to the upstream, by its base URL. Connections are kept and used again, as clients do. Thread-safe; a call blocks
 * its thread.
 */
final class Side implements AutoCloseable {
    private static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final int BUFFER_BYTES = 16 * 1024;

    private final Account.Endpoint place;
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger dialed = new AtomicInteger();

    Side(String name, URI base, String key) {
        if (base.getHost() == null || !("http".equals(base.getScheme()) || "https".equals(base.getScheme()))) {
            throw new IllegalArgumentException("--" + name + ": an http or https URL such as http://127.0.0.1:8080/v1, not " + base);
        }
        place = Account.Endpoint.of(base, new Secret(key));
    }

    /** Whether it is this machine. */
    boolean local() {
        return Loopback.isAddress(place.baseUrl().getHost());
    }

    /** Connections that were made. */
    int dialed() {
        return dialed.get();
    }

    /**
     * Sends one request and reads its answer to the end.
     *
     * @param dueNanos when it should have been sent
     * @throws IOException if it was not answered with 200, whole
     */
    Sample call(byte[] body, long dueNanos) throws IOException {
        Connection connection = idle.pollFirst();
        if (connection == null) {
            dialed.incrementAndGet();
            connection = new Connection(place.baseUrl());
        }
        boolean whole = false;
        try {
            Sample sample = connection.call(head(body.length), body, dueNanos);
            whole = connection.reusable;
            return sample;
        } finally {
            if (whole) {
                idle.addFirst(connection);
            } else {
                connection.close();
            }
        }
    }

    private byte[] head(int length) {
        URI base = place.baseUrl();
        String authorization = place.apiKey().isEmpty() ? "" : "Authorization: Bearer " + place.apiKey().reveal() + "\r\n";
        String authority = base.getPort() < 0 ? base.getHost() : base.getHost() + ":" + base.getPort();
        return ("POST " + place.basePath() + "/responses HTTP/1.1\r\nHost: " + authority + "\r\n" + authorization
                + "Content-Type: application/json\r\nUser-Agent: sluice-bench\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
            connection.close();
        }
    }

    /** A connection; used by one request at a time. */
    private static final class Connection {
        private final SocketLink link;
        private final HttpInput input;
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private boolean reusable;

        Connection(URI base) throws IOException {
            boolean tls = base.getScheme().equals("https");
            int port = base.getPort() >= 0 ? base.getPort() : tls ? 443 : 80;
            Socket socket = tls ? SSLSocketFactory.getDefault().createSocket(base.getHost(), port)
                    : new Socket(base.getHost(), port);
            if (socket instanceof SSLSocket secured) {
                javax.net.ssl.SSLParameters parameters = secured.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                secured.setSSLParameters(parameters);
            }
            socket.setTcpNoDelay(true);
            link = new SocketLink(socket);
            input = new HttpInput(link, MAX_HEAD_BYTES);
        }

        Sample call(byte[] head, byte[] body, long dueNanos) throws IOException {
            byte[] request = java.util.Arrays.copyOf(head, head.length + body.length);
            System.arraycopy(body, 0, request, head.length, body.length);
            link.write(request, 0, request.length);
            ResponseHead answer = input.readResponseHead("POST").orElseThrow(() -> new IOException("closed without an answer"));
            HttpBody bytes = input.body(answer.bodyBytes());
            boolean stream = answer.headers().isEventStream();
            long first = 0;
            int events = 0;
            byte last = 0;
            for (int count = bytes.read(buffer, 0, buffer.length); count >= 0; count = bytes.read(buffer, 0, buffer.length)) {
                first = first == 0 ? System.nanoTime() : first;
                for (int i = 0; stream && i < count; i++) {
                    events += buffer[i] == '\n' && last == '\n' ? 1 : 0;
                    last = buffer[i];
                }
            }
            if (answer.status() != 200) {
                throw new IOException("status " + answer.status());
            }
            reusable = answer.keepAlive();
            long end = System.nanoTime();
            return new Sample((first == 0 ? end : first) - dueNanos, end - dueNanos, events);
        }

        void close() {
            link.close();
        }
    }
}
