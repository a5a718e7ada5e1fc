package sluice.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Slows down who guesses the admin token: an address may be wrong so many times at once, and once a second from then on; until then what
 * it shows is not even looked at. Thread-safe.
 */
final class GuessLimit {
    /** More mistakes than people make, and than a scraper makes that was not told of a new token. */
    static final int AT_ONCE = 30;
    private static final long BETWEEN_MILLIS = 1000;
    /** Those that were wrong last are remembered; each has a limit of its own, so that nobody is kept out by another. */
    private static final int MAX_ADDRESSES = 10_000;

    private final LongSupplier epochMillis;
    private final ReentrantLock lock = new ReentrantLock();
    /** When an address will have all its guesses back. */
    private final Map<String, Long> backAt = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };

    GuessLimit(LongSupplier epochMillis) {
        this.epochMillis = epochMillis;
    }

    /** Takes a guess; false if the address has none left. */
    boolean take(String address) {
        lock.lock();
        try {
            long now = epochMillis.getAsLong();
            long back = Math.max(now, backAt.getOrDefault(address, 0L));
            if (back - now > (AT_ONCE - 1) * BETWEEN_MILLIS) {
                return false;
            }
            backAt.put(address, back + BETWEEN_MILLIS);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** It was right. */
    void giveBack(String address) {
        lock.lock();
        try {
            backAt.computeIfPresent(address, (same, back) -> back - BETWEEN_MILLIS);
        } finally {
            lock.unlock();
        }
    }
}
