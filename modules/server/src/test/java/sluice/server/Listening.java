package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import sluice.http1.HttpBody;
import sluice.http1.ResponseHead;

/** A client that reads its stream bit by bit. */
final class Listening implements AutoCloseable {
    /** What the gateway says when it has nothing to say. */
    static final String COMMENT = ": keepalive\n";

    private final TestClient client;
    private final HttpBody body;
    private final StringBuilder heard = new StringBuilder();

    /** Asks for a stream and waits for its head. */
    Listening(TestClient client, String model) throws IOException {
        this.client = client;
        ask(client, model);
        ResponseHead head = client.head("POST");
        assertEquals(200, head.status());
        body = client.input().body(head.bodyBytes());
    }

    /** Asks for a stream of this model, and reads nothing. */
    static void ask(TestClient client, String model) throws IOException {
        String request = "{\"model\":\"" + model + "\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
        client.sendHead("POST", "/v1/responses", request.length());
        client.raw(request);
    }

    /** Reads what is there, or waits for it; false at the end of the stream. */
    boolean hear() throws IOException {
        byte[] piece = new byte[4096];
        int count = body.read(piece, 0, piece.length);
        heard.append(new String(piece, 0, Math.max(0, count), StandardCharsets.UTF_8));
        return count >= 0;
    }

    /** All so far. */
    StringBuilder heard() {
        return heard;
    }

    /** How often the gateway had nothing to say. */
    int comments() {
        return (heard.length() - heard.toString().replace(COMMENT, "").length()) / COMMENT.length();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
