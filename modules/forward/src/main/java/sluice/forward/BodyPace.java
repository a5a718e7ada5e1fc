package sluice.forward;

/**
 * Whether a body comes as fast as it must, by what has come of it lately: who has sent much at once must not hold its place for hours with
 * a trickle. For one thread, the sweeper's.
 */
public final class BodyPace {
    private final long windowNanos;
    private final int bytesPerSecond;
    private long sinceNanos;
    private long bytesThen;

    /**
     * A body begins.
     *
     * @param windowNanos what "lately" is
     * @param bytesPerSecond fewest in each window; 0: any
     */
    public BodyPace(long nowNanos, long windowNanos, int bytesPerSecond) {
        sinceNanos = nowNanos;
        this.windowNanos = windowNanos;
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Whether too little has come in the window that ends now; {@code bytes} are all that have come. */
    public boolean isTooSlow(long nowNanos, long bytes) {
        long age = nowNanos - sinceNanos;
        if (age <= windowNanos) {
            return false;
        }
        boolean slow = (bytes - bytesThen) * 1_000_000_000.0 < (double) bytesPerSecond * age;
        sinceNanos = nowNanos;
        bytesThen = bytes;
        return slow;
    }
}
