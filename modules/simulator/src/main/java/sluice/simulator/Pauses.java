package sluice.simulator;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** Waits of one answer. The answering thread waits, any thread may say that the peer has gone. */
final class Pauses {
    private final long startNanos = System.nanoTime();
    private volatile boolean gone;
    private volatile Thread waiting;

    /** Waits until {@code nanos} after the start of the answer, so that no delay adds up. */
    void until(long nanos) throws IOException {
        waiting = Thread.currentThread();
        while (!gone) {
            long left = startNanos + nanos - System.nanoTime();
            if (left <= 0) {
                return;
            }
            LockSupport.parkNanos(this, left);
        }
        throw new IOException("the peer has gone");
    }

    /** Waits until the peer has gone. */
    void forever() throws IOException {
        until(Long.MAX_VALUE / 4);
    }

    long elapsedNanos() {
        return System.nanoTime() - startNanos;
    }

    void gone() {
        gone = true;
        LockSupport.unpark(waiting);
    }
}
