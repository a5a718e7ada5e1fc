package sluice.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import sluice.api.Headers;
import sluice.http1.HttpBody;
import sluice.http1.HttpInput;
import sluice.http1.ResponseHead;
import sluice.net.SocketLink;

/** A client's connection that sends any bytes and tells a clean end of an answer from a broken one. */
final class TestClient implements AutoCloseable {
    /**
     * An answer.
     *
     * @param status its status
     * @param headers its headers
     * @param bytes its body, as far as it came
     * @param whole whether it ended as its framing announced
     */
    record Answer(int status, Headers headers, byte[] bytes, boolean whole) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private final Socket socket;
    private final HttpInput input;

    TestClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** Speaks over a socket that is connected already, such as one of TLS. */
    TestClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        input = new HttpInput(new SocketLink(socket), 64 * 1024);
    }

    /** POST /v1/responses with a body. */
    Answer post(String body) throws IOException {
        return post("/v1/responses", body);
    }

    Answer post(String path, String body, String... headers) throws IOException {
        return send("POST", path, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    Answer send(String method, String path, byte[] body, String... headers) throws IOException {
        sendHead(method, path, body.length, headers);
        raw(body);
        return answer(method);
    }

    void sendHead(String method, String path, long length, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        raw(head.append("Content-Length: ").append(length).append("\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8));
    }

    void raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void raw(String text) throws IOException {
        raw(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The next answer, to a request of {@code method}. */
    Answer answer(String method) throws IOException {
        return rest(head(method));
    }

    /** What follows a head. */
    Answer rest(ResponseHead head) throws IOException {
        HttpBody body = input.body(head.bodyBytes());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] piece = new byte[8192];
        try {
            for (int count = body.read(piece, 0, piece.length); count >= 0; count = body.read(piece, 0, piece.length)) {
                bytes.write(piece, 0, count);
            }
        } catch (IOException e) {
            return new Answer(head.status(), head.headers(), bytes.toByteArray(), false);
        }
        return new Answer(head.status(), head.headers(), bytes.toByteArray(), true);
    }

    /** The head of the next answer. */
    ResponseHead head(String method) throws IOException {
        return input.readResponseHead(method).orElseThrow(() -> new IOException("the gateway closed the connection"));
    }

    HttpInput input() {
        return input;
    }

    Socket socket() {
        return socket;
    }

    /** Whether the gateway has closed the connection, with nothing more to read. */
    boolean isClosed() {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
