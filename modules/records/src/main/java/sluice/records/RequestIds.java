package sluice.records;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Unique request ids: a random part for the process, a count for the request. Thread-safe. */
public final class RequestIds {
    private static final String PROCESS = "req_" + Long.toString(ThreadLocalRandom.current().nextLong() >>> 1, 36) + "_";
    private static final AtomicLong COUNT = new AtomicLong();

    private RequestIds() {
    }

    /** The next one. */
    public static String next() {
        return PROCESS + Long.toString(COUNT.incrementAndGet(), 36);
    }
}
