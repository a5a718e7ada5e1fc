package sluice.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.api.Headers;
import sluice.http1.HttpInput;
import sluice.http1.ResponseHead;
import sluice.net.ByteBuilder;
import sluice.net.SocketLink;
import sluice.websocket.WebSocketConnection;
import sluice.websocket.WebSocketEvent;
import sluice.websocket.WebSocketHandshake;

/** A WebSocket client of the gateway. */
final class TestWebSocket implements AutoCloseable {
    private static final Pattern TYPE = Pattern.compile("\"type\":\"([^\"]+)\"");
    private static final Pattern RESPONSE_ID = Pattern.compile("\"response\":\\{\"id\":\"([^\"]+)\"");

    private final Socket socket;
    private final ResponseHead head;
    private final WebSocketConnection connection;

    private TestWebSocket(Socket socket, ResponseHead head, WebSocketConnection connection) {
        this.socket = socket;
        this.head = head;
        this.connection = connection;
    }

    /** Asks for one at a port of this machine, with names and values of more headers. */
    static TestWebSocket open(int port, String... headers) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        return open(socket, headers);
    }

    /** The same over a socket that is connected already, such as one of TLS. */
    static TestWebSocket open(Socket socket, String... headers) throws IOException {
        SocketLink link = new SocketLink(socket);
        Headers.Builder more = Headers.builder();
        for (int i = 0; i < headers.length; i += 2) {
            more.add(headers[i], headers[i + 1]);
        }
        ByteBuilder request = new ByteBuilder(512);
        WebSocketHandshake.request("/v1/responses", "localhost", WebSocketHandshake.newKey(), more.build(), request);
        link.write(request.array(), 0, request.length());
        HttpInput input = new HttpInput(link, 64 * 1024);
        ResponseHead head = input.readResponseHead("GET").orElseThrow(() -> new IOException("closed in the handshake"));
        return new TestWebSocket(socket, head, WebSocketConnection.client(link, input, 64 * 1024 * 1024, System::nanoTime));
    }

    /** The answer to the handshake. */
    ResponseHead head() {
        return head;
    }

    void send(String message) throws IOException {
        connection.sendText(message);
    }

    /** Sends bytes that may be any part of a frame. */
    void raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Begins a message of so many bytes, and sends none of them. */
    void sendHeaderOnly(int bytes) throws IOException {
        socket.getOutputStream().write(new byte[] {(byte) 0x81, (byte) 0xFF, 0, 0, 0, 0, (byte) (bytes >>> 24),
            (byte) (bytes >>> 16), (byte) (bytes >>> 8), (byte) bytes, 1, 2, 3, 4});
    }

    /** The next message, or {@code close CODE}. */
    String next() {
        return switch (connection.receive()) {
            case WebSocketEvent.Message message -> message.asText();
            case WebSocketEvent.Pong pong -> "pong";
            case WebSocketEvent.Closed closed -> "close " + closed.code();
        };
    }

    /** Sends a turn and returns all its messages. */
    List<String> turn(String message) throws IOException {
        send(message);
        return rest();
    }

    /** The messages up to the end of a turn. */
    List<String> rest() {
        return rest(message -> { });
    }

    /** The same; {@code each} is told of each of them. */
    List<String> rest(Consumer<String> each) {
        List<String> messages = new ArrayList<>();
        String type;
        do {
            messages.add(next());
            each.accept(messages.getLast());
            type = type(messages.getLast());
        } while (!type.matches("response\\.(completed|done|failed|incomplete|cancelled|canceled)|error|close.*"));
        return messages;
    }

    /** The type of a message; the message itself if it has none. */
    static String type(String message) {
        Matcher type = TYPE.matcher(message);
        return type.find() ? type.group(1) : message;
    }

    /** The id of the response that a message tells of. */
    static String responseId(String message) {
        Matcher id = RESPONSE_ID.matcher(message);
        if (!id.find()) {
            throw new AssertionError("no response in " + message);
        }
        return id.group(1);
    }

    /** From now on a wait for longer is an end. */
    void quietAfter(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    /** Says that no more will come. */
    void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** Leaves without a close frame. */
    void vanish() throws IOException {
        socket.close();
    }

    void sendClose(int code) throws IOException {
        connection.sendClose(code, "");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
