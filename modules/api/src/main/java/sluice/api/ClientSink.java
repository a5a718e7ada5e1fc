package sluice.api;

/**
 * Where an answer goes. The first write sends status and headers with it. Confined to the request's thread; an
 * implementation may add keep-alive comments from elsewhere, but only between events.
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
