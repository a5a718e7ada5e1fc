package sluice.edge;

import java.nio.charset.StandardCharsets;
import sluice.forward.Answer;

/**
 * When a client that hears nothing is due a sign of life, and which: a comment of a stream, or white space before JSON. It knows when,
 * and writes nothing. Set by the request's thread; {@link #areDue} is for the sweeper, and who writes a sign holds the answer's lock.
 */
final class SignsOfLife {
    /** One line end: a blank line would be an event without data for some clients. */
    private static final byte[] COMMENT = ": keepalive\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SPACE = {' '};

    private volatile long heardNanos;
    /** Silence after which a sign is due; 0: none. */
    private volatile long afterNanos;
    /** Silence after the first sign. */
    private long nextNanos;
    /** Whether a client that waits too long for the upstream's headers is sent a head meanwhile. */
    private boolean withHead;
    private boolean json;

    /** No sign is wanted, as at the beginning of each request. */
    void reset() {
        stop();
        json = false;
    }

    /** From now on a comment is due after each silence of {@code nanos}. */
    void between(long nanos, long nowNanos) {
        withHead = false;
        nextNanos = nanos;
        heardNanos = nowNanos;
        afterNanos = nanos;
    }

    /** The same, but the first one after {@code firstNanos}, with a head where none is out. */
    void beforeHead(long firstNanos, long nanos, long nowNanos) {
        between(nanos, nowNanos);
        withHead = true;
        afterNanos = firstNanos;
    }

    /** From now on a space is due after each silence, with a head where none is out, for what comes is JSON. */
    void beforeJson(long nanos, long nowNanos) {
        json = true;
        between(nanos, nowNanos);
        withHead = true;
    }

    /** From now on no sign is due. */
    void stop() {
        withHead = false;
        afterNanos = 0;
    }

    /** The client has heard something. */
    void heard(long nowNanos) {
        heardNanos = nowNanos;
    }

    /** Whether the client has heard nothing for too long. */
    boolean areDue(long nowNanos) {
        long after = afterNanos;
        return after > 0 && nowNanos - heardNanos > after;
    }

    /** Whether a sign is still wanted. */
    boolean areWanted() {
        return afterNanos > 0;
    }

    /** Whether a head may go out for the sake of a sign. */
    boolean mayBegin() {
        return withHead;
    }

    /** That head. */
    Answer.Head head() {
        return json ? Answer.Head.JSON : Answer.Head.STREAM;
    }

    /** Whether the signs are white space before JSON: they end with the first byte of it. */
    boolean ofJson() {
        return json;
    }

    /** The sign to be written now. */
    byte[] next() {
        afterNanos = nextNanos;
        return json ? SPACE : COMMENT;
    }
}
