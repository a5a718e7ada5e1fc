package sluice.http1;

import sluice.api.Sweeper;

/** A client's connection that carries many requests. Whoever serves it has it swept for its limits. */
public interface StreamConnection extends Sweeper.Watched {
    /** Serves the connection to its end, on this thread, and closes its link. Called once. */
    void serve();

    /** Whether no request is under way. Thread-safe. */
    boolean idle();

    /** Ends the connection at once. Thread-safe; does not block. */
    void close();
}
