package sluice.wspool;

/**
 * Hears of one connection, on the connection's own thread: as long as it does not return, nothing more is read, pings included.
 * Must not throw.
 */
interface SocketListener {
    /** A message: {@code buffer[offset, offset + length)}, to be used or copied before this returns. */
    void message(byte[] buffer, int offset, int length);

    /** No further message is here yet. Called after one message or several. */
    void quiet();

    /** There is no memory for a message: it is not told, and the connection ends. */
    void lost(String why);

    /**
     * The connection has ended.
     *
     * @param code close code; 1006 if it broke
     * @param reason for the log
     */
    void closed(int code, String reason);
}
