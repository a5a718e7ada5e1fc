package sluice.forward;

import java.io.IOException;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.buffers.BodyCollector;

/**
 * Reads a request's body into one array by a {@link BodyCollector}, without its content coding, within the limit of a body and
 * the budget of all bodies. What the collector wants first may wait for memory, what it wants later may not. Thread-safe.
 */
final class BodyReader {
    /** What became of a body. */
    sealed interface Outcome {
        /** The body: {@code bytes[0, length)}. */
        record Complete(byte[] bytes, int length) implements Outcome { }

        /** It is refused. */
        record Refused(GatewayError error) implements Outcome { }
    }

    private final BodyDecoders decoders;
    private final BodyCollector collector;
    private final int maxBytes;
    private final long waitNanos;

    /**
     * A reader.
     *
     * @param maxBytes most bytes of one body, after decoding
     * @param waitNanos how long the first reservation may wait
     */
    BodyReader(BodyDecoders decoders, BodyCollector collector, int maxBytes, long waitNanos) {
        this.decoders = decoders;
        this.collector = collector;
        this.maxBytes = maxBytes;
        this.waitNanos = waitNanos;
    }

    /**
     * Reads a body with these headers, reserving what it holds from {@code permit}. Its bytes are the request's until the permit
     * is closed.
     */
    Outcome read(Headers headers, Incoming.Stream stream, ByteBudget.Permit permit) throws IOException, InterruptedException {
        String encoding = encodingOf(headers);
        if (!encoding.isEmpty() && !decoders.supports(encoding)) {
            return new Outcome.Refused(GatewayError.client(415, "unsupported_content_encoding",
                    "Content-Encoding " + encoding + " is not supported: send " + decoders.names() + ", or none."));
        }
        if (stream.announcedBytes() > maxBytes) {
            return tooLarge();
        }
        long claimed = encoding.isEmpty() && stream.announcedBytes() >= 0 ? stream.announcedBytes() : BodyCollector.UNKNOWN;
        if (!permit.first(collector.firstBytes(claimed), waitNanos)) {
            return new Outcome.Refused(ByteBudget.exhausted());
        }
        if (encoding.isEmpty()) {
            return collect(stream::read, permit, claimed);
        }
        return decoders.decode(encoding, stream, source -> collect(source, permit, claimed));
    }

    private Outcome collect(BodyCollector.Source source, ByteBudget.Permit permit, long claimed) throws IOException {
        return switch (collector.collect(source, claimed, maxBytes, permit::grow)) {
            case BodyCollector.Collected.Complete(byte[] bytes, int length) -> {
                permit.onClose(() -> collector.release(bytes));
                yield new Outcome.Complete(bytes, length);
            }
            case BodyCollector.Collected.TooLarge _ -> tooLarge();
            case BodyCollector.Collected.NoMemory _ -> new Outcome.Refused(ByteBudget.exhausted());
        };
    }

    private Outcome tooLarge() {
        return new Outcome.Refused(GatewayError.client(413, "body_too_large",
                "The request body is larger than " + maxBytes + " bytes (limits.body)."));
    }

    /** The content coding; empty if there is none, or one that changes nothing. */
    private static String encodingOf(Headers headers) {
        int index = headers.find("content-encoding");
        if (index < 0) {
            return "";
        }
        String value = headers.value(index).strip().toLowerCase(java.util.Locale.ROOT);
        boolean several = headers.find("content-encoding", index + 1) >= 0;
        return several ? value + ", …" : value.equals("identity") ? "" : value;
    }
}
