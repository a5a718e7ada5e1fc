package sluice.net;

import java.io.IOException;
import java.util.Optional;

/**
 * A connected pair of byte streams: a socket, plain or TLS. One thread reads and one thread writes at a time; {@link #close}
 * may come from any thread and wakes both.
 */
public interface Link extends AutoCloseable {
    /**
     * Reads at least one byte, waiting if none is there.
     *
     * @return the number of bytes, or -1 when the peer has ended its side
     */
    int read(byte[] target, int offset, int length) throws IOException;

    /** Whether at least one (decrypted) byte can be read without waiting. A false "no" is allowed, a false "yes" is not. */
    boolean ready() throws IOException;

    /**
     * Whether nothing has arrived that no read has taken, not even an alert of TLS, nor the peer's end. For a connection that was kept:
     * what came while nothing was asked for belongs to no answer, so who is told no closes it: part of that may be lost. May cost a
     * system call.
     */
    default boolean quiet() throws IOException {
        return !ready();
    }

    /**
     * Runs {@code action} once, on a thread that it must not keep, as soon as a read would not wait. Nobody reads until then.
     *
     * @return takes it back; empty if this link cannot tell, or is closed
     */
    default Optional<ReadPoller.Registration> whenReadable(Runnable action) {
        return Optional.empty();
    }

    /** Whether {@link #waitHere} would change nothing. */
    default boolean waitsHere() {
        return true;
    }

    /** The calling thread is the one that reads and writes from now on: it waits where it waits best. */
    default void waitHere() {
        // everywhere alike
    }

    /** Writes all bytes, waiting as long as the peer is slow. One call is one socket write where the socket takes it whole. */
    void write(byte[] source, int offset, int length) throws IOException;

    /** Ends our side: the peer reads the rest and then the end. Does nothing where the transport has no half-close. */
    void finishOutput() throws IOException;

    /** Whether the transport is TLS. */
    boolean secure();

    /** Closes both sides. May be called again. */
    @Override
    void close();
}
