package sluice.ops;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Meters by up to four label values: finding one that is known takes no lock and makes no object. Whatever would exceed the
 * maximum is counted under {@value #OTHER}, so that no traffic can make a scrape grow without end. Thread-safe.
 */
final class LabelTable<M> {
    /** The label value for what has no label of its own. */
    static final String OTHER = "other";
    /** Most label sets of one meter: 40 clients with 10 routes and 10 outcomes each. */
    private static final int MAX_ENTRIES = 4000;
    private static final int BUCKETS = 1024;

    /** Makes the meter of a label set. */
    @FunctionalInterface
    interface Source<M> {
        /** The meter. */
        M make(String first, String second, String third, String fourth);
    }

    private record Entry<M>(String first, String second, String third, String fourth, M meter, Entry<M> next) {
        boolean fits(String a, String b, String c, String d) {
            return first.equals(a) && second.equals(b) && third.equals(c) && fourth.equals(d);
        }
    }

    private final Source<M> source;
    private final AtomicReferenceArray<Entry<M>> buckets = new AtomicReferenceArray<>(BUCKETS);
    private final ReentrantLock lock = new ReentrantLock();
    private int size;

    LabelTable(Source<M> source) {
        this.source = source;
    }

    M get(String first) {
        return get(first, "", "", "");
    }

    M get(String first, String second) {
        return get(first, second, "", "");
    }

    M get(String first, String second, String third, String fourth) {
        int bucket = bucket(first, second, third, fourth);
        Entry<M> found = find(buckets.get(bucket), first, second, third, fourth);
        return found == null ? add(bucket, first, second, third, fourth) : found.meter();
    }

    private static int bucket(String first, String second, String third, String fourth) {
        int hash = ((first.hashCode() * 31 + second.hashCode()) * 31 + third.hashCode()) * 31 + fourth.hashCode();
        return (hash ^ hash >>> 16) & BUCKETS - 1;
    }

    private static <M> Entry<M> find(Entry<M> head, String first, String second, String third, String fourth) {
        for (Entry<M> entry = head; entry != null; entry = entry.next()) {
            if (entry.fits(first, second, third, fourth)) {
                return entry;
            }
        }
        return null;
    }

    private M add(int bucket, String first, String second, String third, String fourth) {
        lock.lock();
        try {
            Entry<M> head = buckets.get(bucket);
            Entry<M> found = find(head, first, second, third, fourth);
            if (found != null) {
                return found.meter();
            }
            if (size >= MAX_ENTRIES) {
                return source.make(OTHER, second.isEmpty() ? "" : OTHER, third.isEmpty() ? "" : OTHER,
                        fourth.isEmpty() ? "" : OTHER);
            }
            M meter = source.make(first, second, third, fourth);
            buckets.set(bucket, new Entry<>(first, second, third, fourth, meter, head));
            size++;
            return meter;
        } finally {
            lock.unlock();
        }
    }
}
