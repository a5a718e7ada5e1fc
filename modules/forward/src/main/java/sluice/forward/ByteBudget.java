package sluice.forward;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import sluice.api.GatewayError;
import sluice.clients.BodyShare;
import sluice.clients.Reserve;

/**
 * The bytes that request bodies in flight may hold together. A request's first reservation may wait a moment for others to
 * finish; growing never waits, because two growing requests could wait for each other. Thread-safe; {@code lock} guards all
 * counts and is held for a few instructions.
 */
public final class ByteBudget {
    private static final Runnable NOTHING = () -> { };

    private final long totalBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private long usedBytes;
    private int waiting;
    private Reserve reserve = Reserve.NONE;

    ByteBudget(long totalBytes) {
        this.totalBytes = totalBytes;
    }

    /** From now on, what {@code next} keeps of all bytes is there beyond them, for clients that hold little. */
    void keep(Reserve next) {
        lock.lock();
        try {
            reserve = next;
            freed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What a client is told when there is no room for its body. */
    public static GatewayError exhausted() {
        return GatewayError.gateway(503, "memory_budget",
                "Too many large request bodies are in flight (limits.bodies-in-flight). Try again in a moment.")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    /** Bytes in all. */
    public long totalBytes() {
        return totalBytes;
    }

    /** Bytes reserved now. */
    public long usedBytes() {
        lock.lock();
        try {
            return usedBytes;
        } finally {
            lock.unlock();
        }
    }

    /** A permit for one request's body, with nothing reserved yet; a client holds at most half of the budget, or one body. */
    public Permit permit(BodyShare share) {
        return new Permit(share);
    }

    /** One request's part. Confined to the request's thread. */
    public final class Permit implements AutoCloseable {
        private final BodyShare share;
        private long heldBytes;
        private Runnable givesBack = NOTHING;

        private Permit(BodyShare share) {
            this.share = share;
        }

        /** Reserves the first {@code bytes}, waiting at most {@code waitNanos}; false if they could not be had. */
        public boolean first(long bytes, long waitNanos) throws InterruptedException {
            lock.lock();
            try {
                long left = waitNanos;
                while (!fits(bytes)) {
                    if (left <= 0) {
                        return false;
                    }
                    waiting++;
                    try {
                        left = freed.awaitNanos(left);
                    } finally {
                        waiting--;
                    }
                }
                take(bytes);
                return true;
            } finally {
                lock.unlock();
            }
        }

        /** Reserves {@code bytes} more, without waiting; false if they cannot be had. */
        public boolean grow(long bytes) {
            lock.lock();
            try {
                if (!fits(bytes)) {
                    return false;
                }
                take(bytes);
                return true;
            } finally {
                lock.unlock();
            }
        }

        /** Bytes held. */
        long heldBytes() {
            return heldBytes;
        }

        /** What is run once, when the bytes are given back: nobody reads them after that. */
        void onClose(Runnable action) {
            givesBack = action;
        }

        /** Gives everything back. May be called again. */
        @Override
        public void close() {
            giveBack(heldBytes);
            Runnable action = givesBack;
            givesBack = NOTHING;
            action.run();
        }

        /** Gives a part back. */
        public void giveBack(long bytes) {
            lock.lock();
            try {
                usedBytes -= bytes;
                share.add(-bytes);
                heldBytes -= bytes;
                if (waiting > 0) {
                    freed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        private boolean fits(long bytes) {
            long all = usedBytes + bytes;
            long own = share.usedBytes() + bytes;
            boolean onlyBody = share.usedBytes() == heldBytes;
            return all <= totalBytes && (onlyBody || own <= totalBytes / 2)
                    || all <= totalBytes + reserve.kept(totalBytes) && reserve.isLittle(totalBytes, own);
        }

        private void take(long bytes) {
            usedBytes += bytes;
            share.add(bytes);
            heldBytes += bytes;
        }
    }
}
