package sluice.api;

import java.io.IOException;

/** The bytes of an answer. Confined to the request's thread, except for {@link #abort}. */
public interface ByteSource extends AutoCloseable {
    /**
     * Reads at least one byte, waiting if none is there.
     *
     * @return the number of bytes read, or -1 at the end that the framing announces; never -1 for a cut
     * @throws Broken if the answer is cut, broken or too slow
     */
    int read(byte[] target, int offset, int length) throws IOException;

    /**
     * Whether at least one byte can be read without waiting. A false "no" is allowed, a false "yes" is not: chunk framing
     * or half a TLS record do not count.
     */
    boolean ready() throws IOException;

    /**
     * Ends the answer from any thread, once and for all: a read that waits, and every later one, throws a
     * {@link Broken} with {@code CANCELLED}, and the connection is not used again. Thread-safe; does not block. A
     * relay's deadlines use it, for its thread waits in {@link #read}; the request as a whole need not be cancelled.
     */
    void abort();

    /** With which words the account closed its WebSocket, once a read has failed; untold for every other answer. */
    default UpstreamResult.Close farewell() {
        return UpstreamResult.Close.UNTOLD;
    }

    /** Gives the connection back if the answer was read to its end, closes it otherwise. May be called again. */
    @Override
    void close();

    /** An answer that does not end as its framing announced. */
    final class Broken extends IOException {
        private static final long serialVersionUID = 1L;

        /** How it ended. */
        public enum Cause {
            /** The connection was closed or reset before the announced end. */
            CUT,
            /** No byte came for too long. */
            IDLE,
            /** Unsafe or invalid framing. */
            FRAMING,
            /** We have no memory for what must be kept whole of it. */
            NO_ROOM,
            /** {@link Cancellation#cancel()} or {@link ByteSource#abort()} was called. */
            CANCELLED
        }

        private final Cause cause;

        /** An end with a detail for the log. */
        public Broken(Cause cause, String detail) {
            super(detail);
            this.cause = cause;
        }

        /** How it ended. */
        public Cause how() {
            return cause;
        }
    }
}
