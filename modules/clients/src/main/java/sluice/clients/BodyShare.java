package sluice.clients;

/**
 * Bytes that the request bodies of one client hold of the budget for all bodies. Guarded by the lock of that budget, which is
 * its only writer.
 */
public final class BodyShare {
    private long usedBytes;

    /** A share of nothing. */
    public BodyShare() {
        // nothing is held yet
    }

    /** Bytes held now. */
    public long usedBytes() {
        return usedBytes;
    }

    /** Takes {@code bytes} more, or gives some back if negative. */
    public void add(long bytes) {
        usedBytes += bytes;
    }
}
