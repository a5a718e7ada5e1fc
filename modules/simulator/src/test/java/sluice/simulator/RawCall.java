package sluice.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A connection on which every byte is seen. */
final class RawCall implements AutoCloseable {
    private final Socket socket;

    RawCall(SimulatedUpstream upstream) throws IOException {
        socket = new Socket("127.0.0.1", upstream.port());
    }

    RawCall post(String key, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = "POST /v1/responses HTTP/1.1\r\nHost: simulated\r\nAuthorization: Bearer " + key + "\r\nContent-Length: "
                + bytes.length + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Reads until {@code end} has come. */
    String readUntil(String end) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        while (!all.toString(StandardCharsets.UTF_8).endsWith(end)) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended after " + all);
            }
            all.write(next);
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** Reads to the end of the connection. */
    String readAll() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        socket.getInputStream().transferTo(all);
        return all.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
