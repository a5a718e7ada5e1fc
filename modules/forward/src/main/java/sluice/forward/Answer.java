package sluice.forward;

import sluice.api.ClientSink;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.RequestBody.Field;

/**
 * The answer to one request. Two states, never one: {@linkplain #headersSent headers sent} (status and headers are out; another
 * account may still be tried) and {@linkplain #outputSent output sent} (a byte of the answer's body is
 * out, signs of life apart; it may not).
 *
 * <p>What is written is a body with a known length, or a stream of server-sent events; a WebSocket sends the events as messages.
 * One thread at a time uses it: the request's, its relay's, or the one that releases what was held, except {@link #clientGone}.
 */
public interface Answer extends ClientSink {
    /** Where no body length is known. */
    long UNKNOWN_LENGTH = -1;

    /** The request's id, which the answer carries. */
    String requestId();

    /** The status that is sent or prepared; 0 if none is. */
    int status();

    /** Whether status and headers are out. */
    boolean headersSent();

    /** Whether a byte of the answer's body is out, signs of life apart. */
    boolean outputSent();

    /** Whether a write took longer than its limit. */
    boolean stalled();

    /** Runs {@code action} once, when the first byte of the answer's body goes out; signs of life do not count. */
    void onFirstOutput(Runnable action);

    /** A web page of this origin may read the answer, as far as answers have headers. */
    default void allowOrigin(String page) {
        // messages of a WebSocket have none
    }

    /** The client may see where the time went, in the form of {@code Server-Timing}. */
    void tellTiming(Timing timing);

    /** Tells where the time went until now. */
    @FunctionalInterface
    interface Timing {
        /** The header's value. */
        String value();
    }

    /**
     * Prepares status and headers; they leave with the first write. Does nothing if headers are out already.
     *
     * @param bodyBytes the length of the body, or {@link #UNKNOWN_LENGTH}
     */
    void begin(int status, long bodyBytes, Head head);

    /** Names the headers of an answer. */
    @FunctionalInterface
    interface Head {
        /** Adds each of them. */
        void writeTo(Lines lines);

        /** Of a stream that no account has opened yet. */
        Head STREAM = lines -> HeaderPolicy.toClient(Headers.EMPTY, HeaderPolicy.Form.STREAM, lines);

        /** Of a JSON answer that no account has begun yet. */
        Head JSON = lines -> HeaderPolicy.toClient(Headers.EMPTY, HeaderPolicy.Form.FOLDED, lines);
    }

    /** Takes header fields. */
    interface Lines {
        /** A field; both must be Latin-1 without control characters. */
        void add(String name, String value);

        /** Field {@code index} of {@code headers}, as it was spelled. */
        void add(Headers headers, int index);
    }

    /** Sends a prepared answer's whole body and ends it. */
    void sendWhole(byte[] body) throws ClientSink.Gone;

    /** Ends the answer as its framing says. */
    void end() throws ClientSink.Gone;

    /**
     * Tells the client an error: as the whole answer, or, where a stream's head is out, as its last event. A client that has left
     * is no failure of this.
     */
    void fail(GatewayError error);

    /**
     * Tells the client an account's own refusal.
     *
     * @param status of the account's answer
     * @param headers of the account's answer, for the client
     * @param body JSON
     */
    void passRefusalOn(int status, Head headers, byte[] body);

    /** Breaks the answer off, without the end that its framing announced. */
    void abort();

    /** A refusal of the method will name {@code methods}, a list with commas, as those that are possible. */
    void allow(String methods);

    /** The connection is to end with this answer. */
    void closeAfter();

    /** From now on a sign of life follows {@code nanos} of silence; the first one sends the prepared headers. */
    void keepAwake(long nanos);

    /** The same while the account has sent no headers: after {@code firstNanos} the client gets the head of a stream all the same. */
    void keepAwakeWithoutHeaders(long firstNanos, long nanos);

    /**
     * The answer is to be JSON: silence of {@code nanos} is broken by white space, which may stand before a value, as long as no account's
     * answer is out. The first one sends the prepared headers, or those of JSON. An error is told as a body from then on.
     */
    void keepAwakeAsJson(long nanos);

    /** No signs of life any more. */
    void letSleep();

    /** Writes where the time went behind the last event, if the client may see it. */
    void writeTimingComment() throws ClientSink.Gone;

    /** The client has left; the next write says so. Thread-safe. */
    void clientGone();
}
