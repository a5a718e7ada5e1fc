package sluice.api;

import java.io.IOException;

/**
 * Where an answer goes. The first write sends status and headers with it. Used by one thread at a time:
 * mostly the request's, but a relay that holds events back may release them from another one, under its own lock, while the
 * request's thread waits for the upstream. An implementation may add keep-alive comments from elsewhere, but only between
 * events.
 */
public interface ClientSink {
    /**
     * Sends bytes to the client now: one call is at most one socket write. Blocks as long as the client is slow.
     *
     * @param boundary whether the stream stands between two events after these bytes
     * @throws Gone if the client has left or does not read
     */
    void write(byte[] buffer, int offset, int length, boolean boundary) throws Gone;

    /** The client left, or stopped reading for too long. */
    final class Gone extends IOException {
        private static final long serialVersionUID = 1L;

        private final boolean stalled;

        /** A client that left, or one that {@code stalled}. */
        public Gone(boolean stalled, String detail) {
            super(detail);
            this.stalled = stalled;
        }

        /** Whether the client is there but does not read. */
        public boolean stalled() {
            return stalled;
        }
    }
}
