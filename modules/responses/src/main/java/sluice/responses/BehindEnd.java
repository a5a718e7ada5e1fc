package sluice.responses;

import java.nio.charset.StandardCharsets;
import sluice.json.ByteSearch;

/**
 * What may still come behind the event that ends a response: the one place that says so, for streams and for WebSockets. Whatever
 * else an upstream says there is not passed on, for a client could only take it for the beginning of something else. Stateless.
 */
public final class BehindEnd {
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    private BehindEnd() {
    }

    /**
     * Whether an event may follow.
     *
     * @param end what the event meant that has ended the response
     * @param type of the one that follows
     * @param kind what that one means: a failure may say why the response has failed
     */
    public static boolean mayCome(EventKind end, EventType type, EventKind kind) {
        return type == EventType.RATE_LIMITS || end == EventKind.FAILED && kind == EventKind.FAILED;
    }

    /** Whether {@code data[from, to)} is the {@code [DONE]} that some upstreams end a stream with. It is no JSON, so no message. */
    public static boolean isDone(byte[] data, int from, int to) {
        int at = ByteSearch.skipSpace(data, from, to);
        int end = at + DONE.length;
        return end <= to && ByteSearch.matches(data, at, DONE) && ByteSearch.skipSpace(data, end, to) == to;
    }
}
