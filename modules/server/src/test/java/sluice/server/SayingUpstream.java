package sluice.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.api.Headers;
import sluice.http1.HttpBody;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.ByteBuilder;
import sluice.net.SocketLink;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketEvent;
import sluice.websocket.WebSocketHandshake;

/** Accounts that say what a test wants, byte for byte, to requests and to turns of a WebSocket; by default they answer well. */
final class SayingUpstream implements AutoCloseable {
    private static final Pattern MODEL = Pattern.compile("\"model\"\\s*:\\s*\"([^\"]*)\"");

    /**
     * What came: a request, or a turn.
     *
     * @param key the account's key
     * @param path path below the host; that of the handshake for a turn
     * @param webSocket whether it is a turn
     * @param headers of the request, or of the handshake
     * @param body the body, or the message
     */
    record Asked(String key, String path, boolean webSocket, Headers headers, String body) {
        Asked(String key, String path, boolean webSocket, String body) {
            this(key, path, webSocket, Headers.EMPTY, body);
        }

        String model() {
            Matcher model = MODEL.matcher(body);
            return model.find() ? model.group(1) : "";
        }

        /** Whether events are the answer. */
        boolean streams() {
            return webSocket || body.contains("\"stream\":true");
        }
    }

    /** What an account says. */
    sealed interface Say {
        /** An answer with this status; on a WebSocket the message {@code error} that says the same. */
        record Status(int status, String contentType, String body, Headers headers) implements Say { }

        /** A stream of these events; on a WebSocket these messages. It is cut off behind them if they have no end. */
        record Events(List<String> events) implements Say { }

        /** These events, and nothing more until the test lets go. */
        record Pause(List<String> events, CountDownLatch until) implements Say { }

        /** These events, and the others once the test lets go. */
        record Halt(List<String> events, CountDownLatch until, List<String> rest) implements Say { }

        /** These messages of a turn that goes on: more is taken in and answered. */
        record Part(List<String> events) implements Say { }

        /** The end of the connection: on a WebSocket a close with this code, behind these messages. */
        record Close(int code, String reason, List<String> events) implements Say {
            Close(int code, String reason) {
                this(code, reason, List.of());
            }
        }
    }

    /** What an account does about what it is asked. */
    @FunctionalInterface
    interface Manner {
        Say say(Asked asked);
    }

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Map<String, Manner> manners = new ConcurrentHashMap<>();
    private final Map<String, Headers> handshakes = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    SayingUpstream() throws IOException {
        Thread.ofVirtual().start(this::accept);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1");
    }

    /** From now on the account with this key does so. */
    void account(String key, Manner manner) {
        manners.put(key, manner);
    }

    /** From now on the account with this key adds these headers to its answer to a handshake. */
    void handshake(String key, Headers headers) {
        handshakes.put(key, headers);
    }

    /** What the account with this key was asked so far. */
    List<Asked> asked(String key) {
        return asked.stream().filter(one -> one.key().equals(key)).toList();
    }

    /** Forgets what was asked. */
    void forget() {
        asked.clear();
    }

    /** A JSON answer with an error status. */
    static Say.Status status(int status, String body, String... headers) {
        return new Say.Status(status, "application/json", body, Headers.of(headers));
    }

    static Say events(String... events) {
        return new Say.Events(List.of(events));
    }

    /** The first event of any stream. */
    static String created(String model) {
        return "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"object\":\"response\","
                + "\"created_at\":1,\"status\":\"in_progress\",\"model\":\"" + model + "\",\"output\":[]}}";
    }

    static String delta(int number, String text) {
        return "{\"type\":\"response.output_text.delta\",\"sequence_number\":" + number + ",\"item_id\":\"msg_1\",\"output_index\":0,"
                + "\"content_index\":0,\"delta\":\"" + text + "\"}";
    }

    /** The last event of a stream that went well but for its type. */
    static String end(String type, String status, String model, String usage) {
        return "{\"type\":\"" + type + "\",\"sequence_number\":9,\"response\":" + response(status, model, usage) + "}";
    }

    static String response(String status, String model, String usage) {
        return "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"" + status + "\",\"model\":\"" + model
                + "\",\"output\":[{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"assistant\",\"status\":\"completed\",\"content\":["
                + "{\"type\":\"output_text\",\"text\":\"well\",\"annotations\":[]}]}]" + usage + "}";
    }

    /** A member {@code usage} of one token each. */
    static String usage() {
        return ",\"usage\":{\"input_tokens\":1,\"output_tokens\":1,\"total_tokens\":2}";
    }

    /** A good answer. */
    static Say well(Asked asked) {
        if (asked.streams()) {
            return events(created(asked.model()), delta(1, "well"),
                    end("response.completed", "completed", asked.model(), usage()));
        }
        return status(200, response("completed", asked.model(), usage()));
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            SocketLink link = new SocketLink(socket);
            HttpInput input = new HttpInput(link, 64 * 1024);
            for (Optional<RequestHead> head = input.readRequestHead(); head.isPresent(); head = input.readRequestHead()) {
                String key = head.get().headers().first("authorization").orElse("").replace("Bearer ", "");
                if (WebSocketHandshake.asked(head.get()) instanceof WebSocketHandshake.Asked.Upgrade(String nonce)) {
                    ByteBuilder answer = new ByteBuilder(256);
                    WebSocketHandshake.switching(nonce, handshakes.getOrDefault(key, Headers.EMPTY), answer);
                    link.write(answer.array(), 0, answer.length());
                    turns(key, head.get(), WebSocketConnection.server(link, input, 64 * 1024 * 1024, System::nanoTime));
                    return;
                }
                String target = head.get().path() + head.get().query();
                String body = read(input.body(head.get().bodyBytes()));
                if (!request(socket, say(new Asked(key, target, false, head.get().headers(), body)))) {
                    return;
                }
            }
        } catch (IOException e) {
            // The gateway closed the connection.
        }
    }

    private Say say(Asked one) {
        asked.add(one);
        return manners.getOrDefault(one.key(), SayingUpstream::well).say(one);
    }

    private static boolean request(Socket socket, Say say) throws IOException {
        switch (say) {
            case Say.Status(int status, String type, String body, Headers headers) -> {
                StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Said\r\nContent-Type: " + type + "\r\n");
                for (int i = 0; i < headers.size(); i++) {
                    head.append(headers.name(i)).append(": ").append(headers.value(i)).append("\r\n");
                }
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                write(socket, head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n").append(body).toString());
                return true;
            }
            case Say.Events(List<String> events) -> {
                boolean ends = ends(events);
                write(socket, stream(events) + (ends ? "0\r\n\r\n" : ""));
                return ends;
            }
            case Say.Pause(List<String> events, CountDownLatch until) -> {
                write(socket, stream(events));
                await(until);
                return false;
            }
            case Say.Halt(List<String> events, CountDownLatch until, List<String> rest) -> {
                write(socket, stream(events));
                await(until);
                write(socket, chunks(rest) + "0\r\n\r\n");
                return true;
            }
            case Say.Part part -> throw new IllegalArgumentException("a request is answered once");
            case Say.Close close -> {
                socket.setSoLinger(true, 0);
                return false;
            }
        }
    }

    private static String stream(List<String> events) {
        return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(events);
    }

    private static String chunks(List<String> events) {
        StringBuilder stream = new StringBuilder();
        for (String event : events) {
            String framed = "event: " + TestWebSocket.type(event) + "\ndata: " + event + "\n\n";
            stream.append(Integer.toHexString(framed.getBytes(StandardCharsets.UTF_8).length)).append("\r\n").append(framed)
                    .append("\r\n");
        }
        return stream.toString();
    }

    private static void await(CountDownLatch until) {
        try {
            until.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean ends(List<String> events) {
        return TestWebSocket.type(events.getLast()).matches("error|response\\.(completed|done|failed|incomplete|cancelled|canceled)");
    }

    private void turns(String key, RequestHead head, WebSocketConnection connection) throws IOException {
        while (connection.receive() instanceof WebSocketEvent.Message message) {
            switch (say(new Asked(key, head.path(), true, head.headers(), message.asText()))) {
                case Say.Status(int status, String type, String body, Headers headers) when status >= 400 -> {
                    StringBuilder more = new StringBuilder();
                    for (int i = 0; i < headers.size(); i++) {
                        more.append(i == 0 ? "" : ",").append("\"").append(headers.name(i)).append("\":\"").append(headers.value(i))
                                .append("\"");
                    }
                    connection.sendText("{\"type\":\"error\",\"status\":" + status + "," + body.substring(1, body.length() - 1)
                            + ",\"headers\":{" + more + "}}");
                }
                case Say.Status good -> throw new IllegalArgumentException("a turn is answered by events");
                case Say.Events(List<String> events) -> {
                    for (String event : events) {
                        connection.sendText(event);
                    }
                    if (!ends(events)) {
                        return;
                    }
                }
                case Say.Pause(List<String> events, CountDownLatch until) -> {
                    for (String event : events) {
                        connection.sendText(event);
                    }
                    await(until);
                    return;
                }
                case Say.Halt(List<String> events, CountDownLatch until, List<String> rest) -> {
                    for (String event : events) {
                        connection.sendText(event);
                    }
                    await(until);
                    for (String event : rest) {
                        connection.sendText(event);
                    }
                }
                case Say.Part(List<String> events) -> {
                    for (String event : events) {
                        connection.sendText(event);
                    }
                }
                case Say.Close(int code, String reason, List<String> events) -> {
                    for (String event : events) {
                        connection.sendText(event);
                    }
                    connection.sendClose(code, reason);
                    return;
                }
            }
        }
    }

    private static String read(HttpBody body) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[64 * 1024];
        for (int count = body.read(piece, 0, piece.length); count >= 0; count = body.read(piece, 0, piece.length)) {
            all.write(piece, 0, count);
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
