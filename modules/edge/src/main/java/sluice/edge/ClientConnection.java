package sluice.edge;

/** A client's connection, in whatever protocol. */
interface ClientConnection {
    /** Serves it to its end, and closes it. Called once, on the connection's own thread. */
    void serve() throws InterruptedException;

    /**
     * Ends it from another thread.
     *
     * @param atOnce whether requests under way end, too
     */
    void close(boolean atOnce);
}
