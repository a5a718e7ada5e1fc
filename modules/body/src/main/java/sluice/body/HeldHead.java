package sluice.body;

import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import sluice.api.ClientSink;
import sluice.api.RelayOptions;
import sluice.api.RelayOptions.Commit;
import sluice.api.Sweeper;

/**
 * With {@code first-output}: keeps the head of an answer in the relay's buffer until it is known whether it is a failure, until
 * there is too much of it, or until it has waited long enough.
 *
 * <p>The last case is why there is a lock, for the answer's thread then waits in a read: a virtual thread, started once, writes
 * what is held. The answer's thread holds the lock as long as something is held, except while it reads; so whoever has it finds
 * the buffer whole. Nothing else is locked under it but what the sink locks. Thread-safe.
 */
final class HeldHead implements Sweeper.Watched, AutoCloseable {
    /** Writes what is held. */
    @FunctionalInterface
    interface Release {
        /** Called once at most, and never while the answer's thread touches the buffer. */
        void run() throws ClientSink.Gone;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Release release;
    private final int mostBytes;
    private final long untilNanos;
    private final Sweeper.Registration watch;
    /** Guarded by the lock. */
    private boolean holding;
    /** Who left while what was held was written; guarded by the lock, and no longer changed when {@link #mine} is false. */
    private Optional<ClientSink.Gone> lost = Optional.empty();
    /** Confined to the answer's thread: whether it still has to do with the lock. */
    private boolean mine;
    /** Confined to the sweeper's thread. */
    private boolean due;

    /** Begins to hold, if the options say so; the thread that calls this is the answer's. */
    HeldHead(RelayOptions options, int roomBytes, Release release) {
        this.release = release;
        mostBytes = Math.min(options.held().bytes(), roomBytes);
        mine = options.held().commit() == Commit.FIRST_OUTPUT;
        holding = mine;
        if (mine) {
            lock.lock();
            untilNanos = options.clocks().nanos().getAsLong() + options.held().time().toNanos();
            watch = options.clocks().sweeper().watch(this);
        } else {
            untilNanos = 0;
            watch = () -> { };
        }
    }

    /** Whether so many bytes may not be written yet. */
    boolean holds(int bytes) {
        return mine && bytes < mostBytes;
    }

    /** The answer's thread is about to read. */
    void beforeRead() {
        if (mine) {
            lock.unlock();
        }
    }

    /** The answer's thread has read, or failed to. */
    void afterRead() {
        if (mine) {
            lock.lock();
            if (!holding) {
                mine = false;
                lock.unlock();
            }
        }
    }

    /** Throws if the client left while what was held was written. */
    void check() throws ClientSink.Gone {
        if (!mine && lost.isPresent()) {
            throw lost.get();
        }
    }

    /** From now on the answer's thread writes when it likes. */
    void open() {
        if (mine) {
            mine = false;
            holding = false;
            lock.unlock();
        }
    }

    /** Nobody but the answer's thread touches the buffer from now on. */
    @Override
    public void close() {
        open();
        watch.close();
    }

    @Override
    public void sweep(long nowNanos) {
        if (!due && nowNanos - untilNanos >= 0) {
            due = true;
            Thread.ofVirtual().name("sluice-release").start(this::release);
        }
    }

    private void release() {
        lock.lock();
        try {
            if (holding) {
                holding = false;
                release.run();
            }
        } catch (ClientSink.Gone left) {
            lost = Optional.of(left);
        } finally {
            lock.unlock();
        }
    }
}
