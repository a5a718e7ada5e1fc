package sluice.turns;

import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import sluice.forward.ByteBudget;
import sluice.websocket.MessageRoom;

/**
 * The message that a WebSocket client is sending, and its part of the byte budget. The header of each frame tells its length, which is
 * reserved before the frame is read. Only the first frame waits until others give bytes back.
 *
 * <p>Confined to the thread that receives, except {@link #isLate}.
 */
final class ArrivingMessage implements MessageRoom, AutoCloseable {
    private final Supplier<ByteBudget.Permit> permits;
    private final LongSupplier waitNanos;
    private final LongConsumer refused;
    private final LongSupplier clock;
    private Optional<ByteBudget.Permit> permit = Optional.empty();
    private volatile long bytes;
    private volatile long sinceNanos;
    private volatile boolean arriving;

    /**
     * Of one client.
     *
     * @param permits one for each message
     * @param waitNanos how long the first frame may wait
     * @param refused told of the size of a message for which there was no room, once it is over
     */
    ArrivingMessage(Supplier<ByteBudget.Permit> permits, LongSupplier waitNanos, LongConsumer refused, LongSupplier clock) {
        this.permits = permits;
        this.waitNanos = waitNanos;
        this.refused = refused;
        this.clock = clock;
    }

    @Override
    public boolean reserve(int frameBytes) {
        boolean first = permit.isEmpty();
        ByteBudget.Permit mine = permit.orElseGet(permits);
        permit = Optional.of(mine);
        if (first) {
            bytes = 0;
        }
        bytes += frameBytes;
        boolean fits = first ? first(mine, frameBytes) : mine.grow(frameBytes);
        if (first) {
            sinceNanos = clock.getAsLong();
            arriving = true;
        }
        if (!fits) {
            mine.close();
        }
        return fits;
    }

    private boolean first(ByteBudget.Permit mine, int frameBytes) {
        try {
            return mine.first(frameBytes, waitNanos.getAsLong());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void passed(long length) {
        close();
        refused.accept(length);
    }

    /** The message is here, and its permit is the caller's. */
    ByteBudget.Permit arrived() {
        arriving = false;
        ByteBudget.Permit mine = permit.orElseThrow();
        permit = Optional.empty();
        return mine;
    }

    /** Whether it takes longer than {@code silenceNanos} and {@code bytesPerSecond} (0: any) allow. Thread-safe. */
    boolean isLate(long nowNanos, long silenceNanos, int bytesPerSecond) {
        return arriving && bytesPerSecond > 0
                && nowNanos - sinceNanos > silenceNanos + bytes * 1_000_000_000L / bytesPerSecond;
    }

    /** Gives back what the message holds. */
    @Override
    public void close() {
        arriving = false;
        permit.ifPresent(ByteBudget.Permit::close);
        permit = Optional.empty();
    }
}
