package sluice.relay;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import sluice.api.ByteSource;
import sluice.api.ClientSink;

/**
 * Who may touch the beginning of an answer that is held back from the client. With {@code first-output} it is held until the
 * answer's thread opens it, for its own reasons, or until it has waited long enough.
 *
 * <p>The last case is why there is a lock, for the answer's thread then waits in a read: a virtual thread, started once, writes
 * what is held. The answer's thread has the lock as long as something is held, except while it reads; so whoever has it finds
 * what is held whole. From then on that thread alone writes, without the lock. Nobody else waits for it, and the thread that
 * writes what is held takes no other lock but the sink's. Thread-safe.
 */
public final class HoldBack {
    /** Writes what is held. */
    @FunctionalInterface
    public interface Release {
        /** Called once at most, and only while the answer's thread reads. */
        void run() throws ClientSink.Gone;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Release release;
    /** Guarded by the lock. */
    private boolean holding;
    /** Who left while what was held was written; guarded by the lock, and no longer changed when {@link #mine} is false. */
    private Optional<ClientSink.Gone> lost = Optional.empty();
    /** Confined to the answer's thread: whether it still has to do with the lock. */
    private boolean mine;

    /** Holds nothing back until it {@linkplain Deadlines#holdBack begins}. */
    public HoldBack(Release release) {
        this.release = release;
    }

    /** From now on the release may come; the thread that calls this is the answer's. */
    void begin() {
        lock.lock();
        mine = true;
        holding = true;
    }

    /** Whether what is held may still be released. */
    public boolean holds() {
        return mine;
    }

    /** Reads from the source; what is held may be released meanwhile. */
    public int read(ByteSource source, byte[] target, int offset, int length) throws IOException {
        if (!mine) {
            return source.read(target, offset, length);
        }
        lock.unlock();
        try {
            return source.read(target, offset, length);
        } finally {
            lock.lock();
            if (!holding) {
                mine = false;
                lock.unlock();
            }
        }
    }

    /** Throws if the client left while what was held was written. */
    public void check() throws ClientSink.Gone {
        if (!mine && lost.isPresent()) {
            throw lost.get();
        }
    }

    /** From now on the answer's thread writes when it likes. May be called again. */
    public void open() {
        if (mine) {
            mine = false;
            holding = false;
            lock.unlock();
        }
    }

    /** Has what is held written, on a thread of its own. Does not block. */
    void releaseSoon() {
        Thread.ofVirtual().name("sluice-release").start(this::release);
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
