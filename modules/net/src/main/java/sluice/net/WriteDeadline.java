package sluice.net;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;

/**
 * A link whose writes end: where the peer takes nothing for too long, the link is closed and the write fails. It needs a
 * {@link Sweeper} that visits it. One thread writes at a time.
 */
public final class WriteDeadline implements Link, Sweeper.Watched {
    /** A write in pieces, each with a deadline of its own: progress counts, not the size of a body. */
    private static final int PIECE_BYTES = 128 * 1024;

    private final Link link;
    private final LongSupplier nanoClock;
    private volatile long limitNanos;
    /** When the piece under way began; 0: none. A clock that says 0 is read as 1. */
    private volatile long sinceNanos;
    private volatile boolean late;

    /** Watches until it is closed; does nothing where somebody else passes the visits on. */
    private final Sweeper.Registration registration;

    /** Writes of {@code link} have a deadline once there is a {@link #limit}; the caller passes the sweeper's visits on. */
    public WriteDeadline(Link link, LongSupplier nanoClock) {
        this.link = link;
        this.nanoClock = nanoClock;
        registration = () -> { };
    }

    /**
     * Writes of {@code link} have a deadline, which {@code sweeper} watches until this is closed.
     *
     * @param limitNanos longest time in which nothing is taken; 0: none
     */
    public WriteDeadline(Link link, long limitNanos, Sweeper sweeper, LongSupplier nanoClock) {
        this.link = link;
        this.nanoClock = nanoClock;
        this.limitNanos = limitNanos;
        registration = sweeper.watch(this);
    }

    /** Changes the limit, for the next write; 0: none. */
    public void limit(long nanos) {
        limitNanos = nanos;
    }

    /** Whether the link was closed because of a write that was late. */
    public boolean late() {
        return late;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        if (limitNanos == 0) {
            link.write(source, offset, length);
            return;
        }
        try {
            for (int at = 0; at < length; at += PIECE_BYTES) {
                long now = nanoClock.getAsLong();
                sinceNanos = now == 0 ? 1 : now;
                link.write(source, offset + at, Math.min(PIECE_BYTES, length - at));
            }
        } catch (IOException e) {
            throw late ? new SocketTimeoutException("the peer takes nothing of what is sent") : e;
        } finally {
            sinceNanos = 0;
        }
    }

    @Override
    public void sweep(long nowNanos) {
        long since = sinceNanos;
        long limit = limitNanos;
        if (since != 0 && limit != 0 && nowNanos - since > limit) {
            late = true;
            link.close();
        }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return link.read(target, offset, length);
    }

    @Override
    public boolean ready() throws IOException {
        return link.ready();
    }

    @Override
    public boolean quiet() throws IOException {
        return link.quiet();
    }

    @Override
    public Optional<ReadPoller.Registration> whenReadable(Runnable action) {
        return link.whenReadable(action);
    }

    @Override
    public void finishOutput() throws IOException {
        link.finishOutput();
    }

    @Override
    public boolean secure() {
        return link.secure();
    }

    @Override
    public void close() {
        registration.close();
        link.close();
    }
}
