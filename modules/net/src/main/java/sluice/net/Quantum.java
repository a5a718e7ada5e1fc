package sluice.net;

import java.util.concurrent.locks.LockSupport;

/**
 * How much one thread works before others get their turn. A virtual thread leaves its processor when it waits, and not before: one whose
 * peer always has more to say would keep it from all others for as long as it likes. A thread that reads from a client and from an account
 * has one for both, so that who waits for the one has given way for the other. Confined to its thread.
 */
public final class Quantum {
    /** Work for about a millisecond, of whatever kind. Bodies of 200 KB, which come in pieces, are far less. */
    private static final int BYTES = 1024 * 1024;
    /** What comes in small pieces costs more for each of its bytes. */
    private static final int PIECE_BYTES = BYTES / 256;
    /** A head, and what is done to answer it. */
    private static final int REQUEST_BYTES = BYTES / 32;
    /** A read that took longer has waited, and whoever waits has given way already. */
    private static final long WAITED_NANOS = 20_000;
    /**
     * The shortest wait there is. {@code Thread.yield} would not do everywhere: threads of Java's shared scheduler that yield to each other
     * are not left for those that come from outside, such as a new connection's. A loop looks at its sockets after each that yields.
     */
    private static final long SHORTEST_NANOS = 1;

    private static final ThreadLocal<Quantum> OF_THREAD = ThreadLocal.withInitial(Quantum::new);

    private int left = BYTES;

    private Quantum() {
    }

    /** That of the calling thread. */
    public static Quantum ofThread() {
        return OF_THREAD.get();
    }

    /** A read of so many bytes took so long; lets others have the processor where that was enough for now. */
    public void read(int bytes, long tookNanos) {
        if (tookNanos > WAITED_NANOS) {
            left = BYTES;
        }
        piece(bytes);
    }

    /** A piece of so many bytes was made, without waiting. */
    public void piece(int bytes) {
        spend(Math.max(0, bytes) + PIECE_BYTES);
    }

    /** A request, or what is like one, begins. */
    public void request() {
        spend(REQUEST_BYTES);
    }

    private void spend(int bytes) {
        left -= bytes;
        if (left <= 0) {
            left = BYTES;
            if (EventLoop.here().isPresent()) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(this, SHORTEST_NANOS);
            }
        }
    }
}
