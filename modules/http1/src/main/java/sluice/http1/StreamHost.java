package sluice.http1;

/** Who serves the requests of one {@link StreamConnection}. Thread-safe. */
public interface StreamHost {
    /** Serves one request to its end, on a thread of its own. What it has not answered by then is broken off. */
    void serve(RequestStream stream) throws InterruptedException;

    /** Takes memory for a body that has come before somebody reads it; false if there is none. Never waits. */
    boolean takeMemory(int bytes);

    /** Gives memory back. */
    void giveBackMemory(int bytes);

    /** Whether the connection is to end once the requests under way have ended. */
    boolean leaving();

    /** How long the connection may be without a request. */
    long idleNanos();

    /** Whether the connection is one too many: its first request is told so, and there is no second. */
    boolean tooMany();
}
