package sluice.http1;

import java.io.IOException;
import sluice.api.Headers;

/**
 * One request on a {@link StreamConnection}, and the way to answer it. One thread reads and one thread answers at a time;
 * {@link #cut} and {@link #whenGone} may come from any.
 */
public interface RequestStream {
    /**
     * The request's head, by the same rules as one of HTTP/1.1.
     *
     * @throws FramingException if it breaks one of them, with the status to answer
     */
    RequestHead head() throws FramingException;

    /** When the head was complete; a reading of the monotonic clock. */
    long startedNanos();

    /** Runs {@code action} on a thread of its own when the client has left the request, or has already. Called once. */
    void whenGone(Runnable action);

    /** Whether the body was read to its end, or there is none. */
    boolean isBodyRead();

    /**
     * Reads at least one byte of the body, waiting if none is there.
     *
     * @return the number of bytes, or -1 at the end
     */
    int read(byte[] target, int offset, int length) throws IOException;

    /** Asks the client to send the body that it holds back. */
    void sendContinue() throws IOException;

    /** Begins the head of the answer. It leaves with the first {@link #write}. */
    void begin(int status);

    /** Adds a field to the head; those that govern a connection of HTTP/1.1 are left out. */
    void field(String name, String value);

    /** Adds field {@code index} of {@code headers} to the head. */
    void field(Headers headers, int index);

    /**
     * Sends a piece of the body, waiting as long as the client takes none; with the first one the head.
     *
     * @param last whether the answer ends with it; a last piece may be empty
     */
    void write(byte[] source, int offset, int length, boolean last) throws IOException;

    /** Breaks the answer off; what waits in a read or a write fails. Does not block. */
    void cut();
}
