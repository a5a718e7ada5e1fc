package sluice.api;

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
     * @throws ClientGoneException if the client has left or does not read
     */
    void write(byte[] buffer, int offset, int length, boolean boundary) throws ClientGoneException;
}
