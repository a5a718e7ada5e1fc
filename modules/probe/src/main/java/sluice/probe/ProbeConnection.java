package sluice.probe;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import sluice.http1.HttpBody;
import sluice.http1.HttpInput;
import sluice.http1.ResponseHead;
import sluice.net.Link;
import sluice.net.SocketLink;

/** A kept connection of a client that sends the same small request again and again. Confined to one thread, but for {@link #close}. */
final class ProbeConnection implements AutoCloseable {
    private static final int MAX_HEAD_BYTES = 16 * 1024;
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int BODY_BYTES = 1024;
    /** An answer that takes longer is a fault, not a measurement. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Link link;
    private final HttpInput input;
    private final byte[] request;
    private final byte[] scratch = new byte[BUFFER_BYTES];

    /** Connects to a port of this machine. */
    ProbeConnection(int port) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) LONGEST.toMillis());
        link = new SocketLink(socket);
        input = new HttpInput(link, MAX_HEAD_BYTES);
        request = request(port);
    }

    private static byte[] request(int port) {
        String begin = "{\"model\":\"probe\",\"stream\":false,\"store\":false,\"prompt_cache_key\":\"probe\",\"input\":\"";
        String body = begin + "x".repeat(BODY_BYTES - begin.length() - 2) + "\"}";
        return ("POST /v1/responses HTTP/1.1\r\nhost: 127.0.0.1:" + port + "\r\ncontent-type: application/json\r\ncontent-length: "
                + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Sends the request and reads its answer.
     *
     * @return nanoseconds from before the first byte of the one until after the last of the other
     * @throws IOException if it is not answered by 200
     */
    long exchange() throws IOException {
        long start = System.nanoTime();
        link.write(request, 0, request.length);
        Optional<ResponseHead> head = input.readResponseHead("POST");
        if (head.isEmpty()) {
            throw new EOFException("the connection was closed");
        }
        skip(input.body(head.get().bodyBytes()), scratch);
        long took = System.nanoTime() - start;
        if (head.get().status() != 200) {
            throw new IOException("answered " + head.get().status());
        }
        return took;
    }

    /** Reads a body to its end. */
    static void skip(HttpBody body, byte[] scratch) throws IOException {
        while (body.read(scratch, 0, scratch.length) >= 0) {
            // Its bytes are of no interest.
        }
    }

    @Override
    public void close() {
        link.close();
    }
}
