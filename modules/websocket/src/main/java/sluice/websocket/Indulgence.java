package sluice.websocket;

import java.util.function.LongSupplier;

/**
 * How often a peer may send what asks for nothing, such as a ping: so many times at once, and once more with each piece of time that
 * passes. Nobody honest is near it. Confined to one thread.
 */
public final class Indulgence {
    static final int BURST = 256;
    static final long REFILL_NANOS = 50_000_000;

    private final LongSupplier nanoClock;
    private int left = BURST;
    private long refilledNanos;

    /** All of it is left. */
    public Indulgence(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        refilledNanos = nanoClock.getAsLong();
    }

    /** It came once more; false where none is left. */
    public boolean spend() {
        long refill = (nanoClock.getAsLong() - refilledNanos) / REFILL_NANOS;
        if (refill > 0) {
            left = (int) Math.min(BURST, left + refill);
            refilledNanos += refill * REFILL_NANOS;
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}
