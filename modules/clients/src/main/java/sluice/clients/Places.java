package sluice.clients;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A number of places, of which exactly as many are taken at a time as there are: whoever is refused has never stood in
 * another's way. Lock-free.
 */
public final class Places {
    private final AtomicInteger taken = new AtomicInteger();

    /** Takes one of {@code limit} places; false if all are taken. A limit of 0 is none. */
    public boolean enter(int limit) {
        int now = taken.get();
        while (limit == 0 || now < limit) {
            if (taken.compareAndSet(now, now + 1)) {
                return true;
            }
            now = taken.get();
        }
        return false;
    }

    /**
     * Takes one of {@code limit} places, the last of which are kept for those who hold few.
     *
     * @param own places of who asks, with this one
     * @param team places of its team, with this one; 0 without a team
     */
    public boolean enter(int limit, Reserve reserve, long own, long team) {
        int now = taken.get();
        while (reserve.admits(limit, now + 1L, own, team)) {
            if (taken.compareAndSet(now, now + 1)) {
                return true;
            }
            now = taken.get();
        }
        return false;
    }

    /** Gives a place back. */
    public void leave() {
        taken.decrementAndGet();
    }

    /** Places taken. */
    public int taken() {
        return taken.get();
    }
}
