package sluice.edge;

/** A client's connection, in whatever protocol. */
interface ClientConnection {
    /** Serves it to its end, and closes it. Called once, on the connection's own thread. */
    void serve() throws InterruptedException;

    /** Whether it carries many requests at a time, each on a thread of its own. */
    boolean carriesMany();

    /**
     * Ends it from another thread.
     *
     * @param atOnce whether requests under way end, too
     */
    void close(boolean atOnce);
}
