package sluice.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import sluice.net.ByteBuilder;
import sluice.net.Link;

/**
 * One HTTP answer on its way out: head, framing, compression, and the faults that count bytes. What is written is sent when it
 * is much, or on {@link #flush}. Confined to the answering thread.
 */
final class BodyOut {
    static final byte[] EARLY_HINTS = bytes("HTTP/1.1 103 Early Hints\r\nLink: </hints>; rel=preload\r\n\r\n");
    private static final int SEND_BYTES = 16 * 1024;

    private final Link link;
    private final ReceivedRequest request;
    private final Fault fault;
    private final int cutAt;
    private final boolean reset;
    private final int splitBytes;
    private final ByteBuilder wire = new ByteBuilder(2048);
    private final ByteBuilder content = new ByteBuilder(2048);
    private Optional<GZIPOutputStream> gzip = Optional.empty();
    private final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    private boolean chunked;
    private long sent;

    BodyOut(Link link, ReceivedRequest request, Fault fault) {
        this.link = link;
        this.request = request;
        this.fault = fault;
        reset = fault.has(FaultOption.RST);
        cutAt = fault.count(reset ? FaultOption.RST : FaultOption.CUT, -1);
        splitBytes = fault.count(FaultOption.SPLIT, Integer.MAX_VALUE);
    }

    /** Starts a chunked answer. It goes out with the first bytes, or on {@link #flush}. */
    void begin(int status, AnswerHeaders headers) throws IOException {
        chunked = true;
        head(status, headers);
        if (fault.has(FaultOption.GZIP)) {
            wire.header("Content-Encoding", "gzip");
            gzip = Optional.of(new GZIPOutputStream(compressed, true));
        }
        if (fault.has(FaultOption.BOTH)) {
            wire.header("Content-Length", "17");
        }
        wire.header("Transfer-Encoding", "chunked").crlf();
    }

    /** A whole answer of known length. */
    void answer(int status, AnswerHeaders headers, byte[] body) throws IOException {
        byte[] encoded = body;
        head(status, headers);
        if (fault.has(FaultOption.GZIP)) {
            try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
                out.write(body);
            }
            encoded = compressed.toByteArray();
            wire.header("Content-Encoding", "gzip");
        }
        String off = fault.text(FaultOption.LENGTH).orElse("0");
        long length = encoded.length + Long.parseLong(off.replace('m', '-'));
        wire.header("Content-Length", Long.toString(Math.max(0, length)));
        if (fault.has(FaultOption.BOTH)) {
            wire.header("Transfer-Encoding", "chunked");
        }
        wire.crlf();
        content.bytes(encoded);
        send(content.array(), content.length());
        if (fault.has(FaultOption.LENGTH)) {
            throw new BrokenOnPurpose(false);
        }
    }

    void write(byte[] source, int offset, int length) throws IOException {
        content.bytes(source, offset, length);
        if (content.length() >= SEND_BYTES) {
            flush();
        }
    }

    /** Sends what was written, and the head if it is still here. */
    void flush() throws IOException {
        if (gzip.isPresent()) {
            gzip.get().write(content.array(), 0, content.length());
            gzip.get().flush();
            content.reset(SEND_BYTES * 2);
            content.bytes(compressed.toByteArray());
            compressed.reset();
        }
        if (content.length() > 0 || wire.length() > 0) {
            send(content.array(), content.length());
        }
        content.reset(SEND_BYTES * 2);
    }

    /** Ends a chunked answer. */
    void end() throws IOException {
        if (gzip.isPresent()) {
            gzip.get().write(content.array(), 0, content.length());
            gzip.get().finish();
            gzip = Optional.empty();
            content.reset(SEND_BYTES * 2);
            content.bytes(compressed.toByteArray());
        }
        frame(content.array(), 0, content.length());
        wire.ascii("0\r\n\r\n");
        put();
    }

    void badChunk() throws IOException {
        flush();
        wire.ascii("xyz\r\n");
        put();
        throw new BrokenOnPurpose(false);
    }

    private void head(int status, AnswerHeaders headers) throws IOException {
        if (fault.has(FaultOption.HINTS)) {
            link.write(EARLY_HINTS, 0, EARLY_HINTS.length);
        }
        headers.writeTo(status, fault, wire);
        request.answering(status);
    }

    private void send(byte[] source, int length) throws IOException {
        frame(source, 0, length);
        put();
    }

    /** Frames bytes; where they reach a cut, sends what is before it and breaks the connection. */
    private void frame(byte[] source, int offset, int length) throws IOException {
        boolean cut = cutAt >= 0 && sent + length >= cutAt;
        int allowed = cut ? (int) (cutAt - sent) : length;
        for (int at = 0; at < allowed; at += splitBytes) {
            int part = Math.min(splitBytes, allowed - at);
            if (chunked) {
                wire.hex(part).crlf();
            }
            wire.bytes(source, offset + at, part);
            if (chunked) {
                wire.crlf();
            }
            sent += part;
            if (splitBytes != Integer.MAX_VALUE) {
                put();
            } else {
                break;
            }
        }
        if (cut) {
            put();
            throw new BrokenOnPurpose(reset);
        }
    }

    private void put() throws IOException {
        request.sent(sent);
        if (wire.length() > 0) {
            link.write(wire.array(), 0, wire.length());
        }
        wire.reset(SEND_BYTES * 2);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
