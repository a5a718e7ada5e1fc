package sluice.server;

import java.io.IOException;
import java.util.Arrays;
import sluice.api.GatewayError;
import sluice.wire.HttpBody;
import sluice.wire.RequestHead;

/**
 * Reads a request's body into one array, within the limit of a body and the budget of all bodies. A length that is known is
 * reserved at once, so that a body that was begun is never given up for want of memory (decision 0090); others are reserved in
 * steps. The array is as large as {@code Content-Length} says, but a length that lies cannot make it larger than
 * {@link #CLAMP_BYTES} before that many bytes are there.
 */
final class BodyReader {
    /** What a claimed length may allocate before the bytes are there. */
    private static final int CLAMP_BYTES = 1024 * 1024;
    /** First array for a body of unknown length. */
    private static final int START_BYTES = 16 * 1024;

    /** What became of a body. */
    sealed interface Outcome {
        /** The body: {@code bytes[0, length)}. */
        record Complete(byte[] bytes, int length) implements Outcome { }

        /** It is refused. */
        record Refused(GatewayError error) implements Outcome { }
    }

    private final BodyDecoders decoders;
    private final int maxBytes;
    private final long waitNanos;

    /**
     * A reader.
     *
     * @param maxBytes most bytes of one body, after decoding
     * @param waitNanos how long the first reservation may wait
     */
    BodyReader(BodyDecoders decoders, int maxBytes, long waitNanos) {
        this.decoders = decoders;
        this.maxBytes = maxBytes;
        this.waitNanos = waitNanos;
    }

    /** Reads the exchange's body, reserving what it holds from {@code permit}. */
    Outcome read(Exchange exchange, ByteBudget.Permit permit) throws IOException, InterruptedException {
        RequestHead head = exchange.head();
        String encoding = encodingOf(head);
        if (!encoding.isEmpty() && !decoders.supports(encoding)) {
            return new Outcome.Refused(GatewayError.client(415, "unsupported_content_encoding",
                    "Content-Encoding " + encoding + " is not supported: send " + decoders.names() + ", or none."));
        }
        if (head.bodyBytes() > maxBytes) {
            return tooLarge();
        }
        long claimed = encoding.isEmpty() ? head.bodyBytes() : RequestHead.CHUNKED;
        int start = claimed >= 0 ? (int) Math.min(claimed, CLAMP_BYTES) : START_BYTES;
        if (!permit.first(Math.max(claimed, start), waitNanos)) {
            return new Outcome.Refused(noMemory());
        }
        HttpBody body = exchange.body();
        if (encoding.isEmpty()) {
            return collect(body::read, exchange, permit, start, claimed);
        }
        return decoders.decode(encoding, body, source -> collect(source, exchange, permit, start, claimed));
    }

    /** Somewhere to read bytes from: at least one, or -1 at the end. */
    @FunctionalInterface
    interface Source {
        int read(byte[] target, int offset, int length) throws IOException;
    }

    private Outcome collect(Source source, Exchange exchange, ByteBudget.Permit permit, int start, long claimed)
            throws IOException {
        byte[] bytes = new byte[start];
        int length = 0;
        while (claimed < 0 || length < claimed) {
            if (length == bytes.length) {
                if (length >= maxBytes) {
                    return probeEnd(source) ? new Outcome.Complete(bytes, length) : tooLarge();
                }
                int larger = claimed >= 0 ? (int) claimed : (int) Math.min(maxBytes, Math.max(length * 2L, START_BYTES));
                if (claimed < 0 && !permit.grow(larger - length)) {
                    return new Outcome.Refused(noMemory());
                }
                bytes = Arrays.copyOf(bytes, larger);
            }
            int count = source.read(bytes, length, bytes.length - length);
            if (count < 0) {
                break;
            }
            length += count;
            exchange.bodyProgress(count);
        }
        return new Outcome.Complete(bytes, length);
    }

    private static boolean probeEnd(Source source) throws IOException {
        return source.read(new byte[1], 0, 1) < 0;
    }

    private Outcome tooLarge() {
        return new Outcome.Refused(GatewayError.client(413, "body_too_large",
                "The request body is larger than " + maxBytes + " bytes (limits.body)."));
    }

    static GatewayError noMemory() {
        return GatewayError.gateway(503, "memory_budget",
                "Too many large request bodies are in flight (limits.bodies-in-flight). Try again in a moment.")
                .withRetryAfter(java.time.Duration.ofSeconds(1));
    }

    /** The content coding without the ones that mean nothing. */
    private static String encodingOf(RequestHead head) {
        int index = head.headers().find("content-encoding");
        if (index < 0) {
            return "";
        }
        String value = head.headers().value(index).strip().toLowerCase(java.util.Locale.ROOT);
        boolean several = head.headers().find("content-encoding", index + 1) >= 0;
        return several ? value + ", …" : value.equals("identity") ? "" : value;
    }
}
