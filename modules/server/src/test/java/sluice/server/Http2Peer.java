package sluice.server;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A client of HTTP/2 that sends any frames, valid or not. */
final class Http2Peer implements AutoCloseable {
    /** Statuses of RFC 7541 appendix A. */
    private static final Map<Integer, String> STATUSES =
            Map.of(0x88, "200", 0x89, "204", 0x8A, "206", 0x8B, "304", 0x8C, "400", 0x8D, "404", 0x8E, "500");

    /** One frame. */
    record Frame(int type, int flags, int streamId, byte[] payload) {
        boolean ends() {
            return type <= Frames.HEADERS && (flags & Frames.END_STREAM) != 0;
        }

        /** The code of a reset, or of a goodbye. */
        int code() {
            return payload[type == Frames.GOAWAY ? 7 : 3];
        }
    }

    private final SSLSocket socket;
    private final DataInputStream in;

    Http2Peer(int port, SSLContext context) throws IOException {
        this(port, context, InetAddress.getLoopbackAddress());
    }

    /** One that comes from an address of this machine. */
    Http2Peer(int port, SSLContext context, InetAddress from) throws IOException {
        socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port, from, 0);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        in = new DataInputStream(socket.getInputStream());
    }

    /** The preface and settings, each a key and a value. */
    Http2Peer greet(int... settings) throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (int i = 0; i < settings.length; i += 2) {
            payload.write(0);
            payload.write(settings[i]);
            payload.writeBytes(number(settings[i + 1]));
        }
        raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        send(Frames.SETTINGS, 0, 0, payload.toByteArray());
        return this;
    }

    /** From now on a read that waits for longer fails with {@link java.net.SocketTimeoutException}. */
    void quietAfter(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    static byte[] number(int value) {
        return new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value};
    }

    void raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void send(int type, int flags, int streamId, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(new byte[] {(byte) (payload.length >>> 16), (byte) (payload.length >>> 8), (byte) payload.length, (byte) type,
            (byte) flags});
        frame.writeBytes(number(streamId));
        frame.writeBytes(payload);
        raw(frame.toByteArray());
    }

    /** A header block: names and values, as literals. */
    static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            text(block, fields[i]);
            text(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void text(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 0x7F) {
            block.write(bytes.length);
        } else {
            block.write(0x7F);
            int rest = bytes.length - 0x7F;
            for (; rest > 0x7F; rest >>>= 7) {
                block.write(rest & 0x7F | 0x80);
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    /** The fields of a block as the gateway writes it: without a table and without Huffman's code. */
    static Map<String, String> fields(byte[] block) {
        Map<String, String> fields = new LinkedHashMap<>();
        ByteBuffer in = ByteBuffer.wrap(block);
        while (in.hasRemaining()) {
            int kind = in.get() & 0xFF;
            switch (kind) {
                case 0x20 -> { } // no table
                case 0x00 -> fields.put(text(in), text(in));
                case 0x08 -> fields.put(":status", text(in));
                default -> fields.put(":status", STATUSES.get(kind));
            }
        }
        return fields;
    }

    private static String text(ByteBuffer in) {
        int length = in.get();
        for (int shift = 0, more = 0x80; length >= 0x7F && more >= 0x80; shift += 7) {
            more = in.get() & 0xFF;
            length += (more & 0x7F) << shift;
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The fields of a POST, and more. */
    static byte[] post(String... more) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(block(":method", "POST", ":scheme", "https", ":path", "/v1/responses", ":authority", "localhost"));
        all.writeBytes(block(more));
        return all.toByteArray();
    }

    void request(int streamId, byte[] block, String body) throws IOException {
        send(Frames.HEADERS, Frames.END_HEADERS, streamId, block);
        send(Frames.DATA, Frames.END_STREAM, streamId, body.getBytes(StandardCharsets.UTF_8));
    }

    /** The next frame; empty at the end of the connection. */
    Optional<Frame> next() throws IOException {
        try {
            int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int streamId = in.readInt();
            return Optional.of(new Frame(type, flags, streamId, in.readNBytes(length)));
        } catch (EOFException e) {
            return Optional.empty();
        }
    }

    /** Skips frames until one of this type on this stream. */
    Frame await(int type, int streamId) throws IOException {
        for (Optional<Frame> frame = next(); frame.isPresent(); frame = next()) {
            if (frame.get().type() == type && frame.get().streamId() == streamId) {
                return frame.get();
            }
        }
        throw new EOFException("no frame of type " + type + " on stream " + streamId);
    }

    /** The data of a stream up to its end. */
    String body(int streamId) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Optional<Frame> frame = next(); frame.isPresent(); frame = next()) {
            if (frame.get().streamId() == streamId) {
                if (frame.get().type() == Frames.RST_STREAM) {
                    throw new IOException("reset with code " + frame.get().code());
                }
                if (frame.get().type() == Frames.DATA) {
                    body.writeBytes(frame.get().payload());
                }
                if (frame.get().ends()) {
                    return body.toString(StandardCharsets.UTF_8);
                }
            }
        }
        throw new EOFException("the connection ended");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
