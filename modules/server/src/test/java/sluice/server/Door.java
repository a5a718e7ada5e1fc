package sluice.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;

/** The doors of the data port. A test that is run through each of them holds for all: a new door is one more line here. */
enum Door {
    HTTP_1(true, (gateway, authority, key) -> new Http(gateway, authority, key, HttpClient.Version.HTTP_1_1)),
    HTTP_2(true, (gateway, authority, key) -> new Http(gateway, authority, key, HttpClient.Version.HTTP_2)),
    WEBSOCKET(false, WebSocket::new);

    /** A client that came in by a door, with a key of its own. */
    interface Visitor extends AutoCloseable {
        /** Asks for a stream; {@code body} is what a POST would send. */
        default Heard ask(String body) throws Exception {
            return ask(body, () -> { });
        }

        /** The same; {@code onDelta} is run whenever a piece of output has come. */
        Heard ask(String body, Runnable onDelta) throws Exception;

        @Override
        void close() throws IOException;
    }

    /** How one comes in. */
    @FunctionalInterface
    private interface Entrance {
        Visitor enter(RunningGateway gateway, TestAuthority authority, String key) throws Exception;
    }

    /** What of the configuration a gateway needs to have all doors. */
    static String settings(TestAuthority authority) throws Exception {
        return "http2: true, " + authority.serving("doors").strip().replaceFirst("^server: \\{", "").replaceFirst("}$", "");
    }

    private final boolean hasRoutes;
    private final Entrance entrance;

    Door(boolean hasRoutes, Entrance entrance) {
        this.hasRoutes = hasRoutes;
        this.entrance = entrance;
    }

    /** Whether requests name a route; a turn is always a new response. */
    boolean hasRoutes() {
        return hasRoutes;
    }

    /** Whether the client drops what came right before a reset, as the JDK's does in HTTP/2. */
    boolean losesTheTail() {
        return this == HTTP_2;
    }

    /** Comes in, with a client's key or without one. */
    Visitor enter(RunningGateway gateway, TestAuthority authority, String key) throws Exception {
        return entrance.enter(gateway, authority, key);
    }

    /** HTTP of a version, over TLS. */
    private static final class Http implements Visitor {
        private final HttpClient client;
        private final RunningGateway gateway;
        private final String key;
        private final HttpClient.Version version;

        Http(RunningGateway gateway, TestAuthority authority, String key, HttpClient.Version version) throws Exception {
            client = HttpClient.newBuilder().sslContext(authority.trusting()).version(version).build();
            this.gateway = gateway;
            this.key = key;
            this.version = version;
        }

        @Override
        public Heard ask(String body, Runnable onDelta) throws Exception {
            // A body that says so is for the route that condenses a conversation.
            String path = body.contains("\"compact\"") ? "/v1/responses/compact" : "/v1/responses";
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port() + path))
                    .POST(HttpRequest.BodyPublishers.ofString(body));
            if (!key.isEmpty()) {
                request.header("Authorization", "Bearer " + key);
            }
            HttpResponse<InputStream> answer;
            try {
                answer = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            } catch (IOException e) {
                if (version == HttpClient.Version.HTTP_2 && String.valueOf(e.getMessage()).contains("RST_STREAM")) {
                    // A reset that comes at once behind the whole answer: the client drops all of it.
                    return Heard.of(0, new TreeMap<>(), "", false);
                }
                throw e;
            }
            if (answer.version() != version) {
                throw new AssertionError("came in by " + answer.version());
            }
            TreeMap<String, String> headers = new TreeMap<>();
            answer.headers().map().forEach((name, values) -> headers.put(name, String.join(", ", values)));
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            boolean whole = true;
            try (InputStream in = answer.body()) {
                for (int next = in.read(); next >= 0; next = in.read()) {
                    text.write(next);
                    if (next == '\n' && text.toString(StandardCharsets.UTF_8).endsWith("}\n") && text.toString(StandardCharsets.UTF_8)
                            .contains(".delta\"")) {
                        onDelta.run();
                    }
                }
            } catch (IOException e) {
                whole = false;
            }
            return Heard.of(answer.statusCode(), headers, text.toString(StandardCharsets.UTF_8), whole);
        }

        @Override
        public void close() {
            client.shutdownNow();
        }
    }

    /** A connection that turns are sent over. */
    private static final class WebSocket implements Visitor {
        private final TestWebSocket socket;

        WebSocket(RunningGateway gateway, TestAuthority authority, String key) throws Exception {
            java.net.Socket plain = new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), gateway.port());
            plain.setTcpNoDelay(true);
            socket = key.isEmpty() ? TestWebSocket.open(authority.secured(plain))
                    : TestWebSocket.open(authority.secured(plain), "authorization", "Bearer " + key);
        }

        @Override
        public Heard ask(String body, Runnable onDelta) throws IOException {
            if (socket.head().status() != 101) {
                return new Heard(socket.head().status(), new TreeMap<>(), Heard.json("{}"), List.of(), true);
            }
            socket.send("{\"type\":\"response.create\"," + body.substring(1));
            return Heard.of(socket.rest(message -> {
                if (TestWebSocket.type(message).endsWith(".delta")) {
                    onDelta.run();
                }
            }));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
