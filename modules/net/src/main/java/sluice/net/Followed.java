package sluice.net;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sockets that an event loop follows, by number. Any thread adds and removes; the loop's thread tells, and takes no lock for that.
 * One that was removed may be told once more, or who has its number by then: what is told is never more than a reason to look again.
 */
final class Followed implements NativeEpoll.Listener {
    private static final int FIRST_SIZE = 64;

    /** Who is told. */
    @FunctionalInterface
    interface Socket {
        /** Ready for what {@code events} say, bits as in {@link NativeEpoll.Listener}. On the loop's thread; must not wait. */
        void ready(int events);
    }

    private final ReentrantLock lock = new ReentrantLock();
    /** Written anew with each change, so that the loop's thread sees it. */
    private volatile Socket[] sockets = new Socket[FIRST_SIZE];
    /** Numbers that are free, the last first. */
    private int[] free = new int[FIRST_SIZE];
    private int freeCount;
    private int used;

    /** Gives it a number. */
    int add(Socket socket) {
        lock.lock();
        try {
            int place = freeCount > 0 ? free[--freeCount] : used++;
            Socket[] now = sockets;
            if (place == now.length) {
                now = Arrays.copyOf(now, place * 2);
            }
            now[place] = socket;
            sockets = now;
            return place;
        } finally {
            lock.unlock();
        }
    }

    /** The number is free again. */
    void remove(int place) {
        lock.lock();
        try {
            sockets[place] = null;
            if (freeCount == free.length) {
                free = Arrays.copyOf(free, freeCount * 2);
            }
            free[freeCount++] = place;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void ready(long token, int events) {
        Socket[] now = sockets;
        Socket socket = token < now.length ? now[(int) token] : null;
        if (socket != null) {
            socket.ready(events);
        }
    }
}
