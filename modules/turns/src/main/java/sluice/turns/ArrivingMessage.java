package sluice.turns;

import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import sluice.forward.BodyPace;
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
    private final LongSupplier silenceNanos;
    private final IntSupplier bytesPerSecond;
    private final LongConsumer refused;
    private final LongSupplier clock;
    private Optional<ByteBudget.Permit> permit = Optional.empty();
    private volatile long bytes;
    private volatile BodyPace pace = new BodyPace(0, Long.MAX_VALUE, 0);
    private volatile boolean arriving;

    /** How fast a message must come; asked for each, for a reload may change it. */
    record LeastSpeed(LongSupplier silenceNanos, IntSupplier bytesPerSecond) { }

    /**
     * Of one client.
     *
     * @param permits one for each message
     * @param waitNanos how long the first frame may wait
     * @param least how long a window is in which fewest bytes must come, and how many a second
     * @param refused told of the size of a message for which there was no room, once it is over
     */
    ArrivingMessage(Supplier<ByteBudget.Permit> permits, LongSupplier waitNanos, LeastSpeed least, LongConsumer refused,
            LongSupplier clock) {
        this.permits = permits;
        this.waitNanos = waitNanos;
        silenceNanos = least.silenceNanos();
        bytesPerSecond = least.bytesPerSecond();
        this.refused = refused;
        this.clock = clock;
    }

    @Override
    public boolean reserve(int frameBytes) {
        boolean first = permit.isEmpty();
        ByteBudget.Permit mine = permit.orElseGet(permits);
        permit = Optional.of(mine);
        boolean fits = first ? first(mine, frameBytes) : mine.grow(frameBytes);
        if (first) {
            bytes = 0;
            pace = new BodyPace(clock.getAsLong(), silenceNanos.getAsLong(), bytesPerSecond.getAsInt());
            arriving = true;
        }
        if (!fits) {
            mine.close();
        }
        return fits;
    }

    @Override
    public void received(int count) {
        bytes += count;
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

    /** Whether too little of it has come lately; what its frames announce is not here yet. For the sweeper's thread. */
    boolean isLate(long nowNanos) {
        return arriving && pace.isTooSlow(nowNanos, bytes);
    }

    /** Gives back what the message holds. */
    @Override
    public void close() {
        arriving = false;
        permit.ifPresent(ByteBudget.Permit::close);
        permit = Optional.empty();
    }
}
