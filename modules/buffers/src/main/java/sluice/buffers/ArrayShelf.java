package sluice.buffers;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Arrays that others have given back, by size: four sizes to each power of two, so that an array is at most a
 * quarter larger than what is asked for. What is very small or very large is made anew each time. Holds a bounded number of
 * bytes. An array comes back with what its last user left in it. Thread-safe and without locks: one stack for each size (R. K.
 * Treiber, "Systems Programming: Coping with Parallelism", 1986), whose links are made anew, so that none can be mistaken for
 * an older one.
 */
public final class ArrayShelf {
    /** Smaller ones cost less to make than to look up. */
    public static final int SMALLEST_BYTES = 8 * 1024;
    /** Larger ones are rare, and would fill the shelf. */
    static final int LARGEST_BYTES = 1024 * 1024;
    private static final int STEPS = 4;
    private static final int STEP_BITS = 2;
    private static final int SMALLEST_BITS = 13;
    private static final int SIZES = (20 - SMALLEST_BITS) * STEPS + 1;
    private static final int MOST_BYTES = 64 * 1024 * 1024;
    private static final int SHARE_OF_HEAP = 8;
    /** Fills what is given back in tests: whoever reads on reads this. */
    static final byte POISON = (byte) 0xEE;

    private static final ArrayShelf SHARED = new ArrayShelf(usualBytes(), Boolean.getBoolean("sluice.buffers.poison"));

    private record Link(byte[] bytes, Link next) { }

    private final AtomicReference<Link>[] stacks = stacks();
    private final AtomicLong keptBytes = new AtomicLong();
    private final long maxBytes;
    private final boolean poisons;

    /**
     * An empty shelf.
     *
     * @param maxBytes most bytes that it keeps
     * @param poisons whether arrays that are given back are overwritten
     */
    public ArrayShelf(long maxBytes, boolean poisons) {
        this.maxBytes = maxBytes;
        this.poisons = poisons;
    }

    /** The shelf of the process: keeps at most an eighth of its heap, and at most {@value #MOST_BYTES} bytes. */
    public static ArrayShelf shared() {
        return SHARED;
    }

    private static long usualBytes() {
        return Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
    }

    @SuppressWarnings("unchecked")
    private static AtomicReference<Link>[] stacks() {
        return Stream.generate(AtomicReference<Link>::new).limit(SIZES).toArray(AtomicReference[]::new);
    }

    /** An array of at least {@code bytes} bytes, whatever is in it; one below {@value #SMALLEST_BYTES} bytes is new and that long. */
    public byte[] take(int bytes) {
        if (bytes < SMALLEST_BYTES || bytes > LARGEST_BYTES) {
            return new byte[bytes];
        }
        int size = sizeFor(bytes);
        AtomicReference<Link> stack = stacks[size];
        for (Link top = stack.get(); top != null; top = stack.get()) {
            if (stack.compareAndSet(top, top.next())) {
                keptBytes.addAndGet(-top.bytes().length);
                return top.bytes();
            }
        }
        return new byte[bytesOf(size)];
    }

    /**
     * A longer array with the same beginning; the old one is given back.
     *
     * @param used bytes of the old one that are kept
     * @param bytes least length of the new one
     */
    public byte[] longer(byte[] old, int used, int bytes) {
        byte[] longer = take(bytes);
        System.arraycopy(old, 0, longer, 0, used);
        giveBack(old);
        return longer;
    }

    /** Nobody uses this array any more. One that is not of a size that is kept is left to the collector. */
    public void giveBack(byte[] bytes) {
        if (poisons) {
            Arrays.fill(bytes, POISON);
        }
        if (bytes.length < SMALLEST_BYTES || bytes.length > LARGEST_BYTES) {
            return;
        }
        int size = sizeFor(bytes.length);
        if (bytesOf(size) != bytes.length) {
            return;
        }
        if (keptBytes.addAndGet(bytes.length) > maxBytes) {
            keptBytes.addAndGet(-bytes.length);
            return;
        }
        AtomicReference<Link> stack = stacks[size];
        Link top = stack.get();
        while (!stack.compareAndSet(top, new Link(bytes, top))) {
            top = stack.get();
        }
    }

    /** Lets all arrays go. */
    public void clear() {
        for (AtomicReference<Link> stack : stacks) {
            for (Link link = stack.getAndSet(null); link != null; link = link.next()) {
                keptBytes.addAndGet(-link.bytes().length);
            }
        }
    }

    /** Bytes that are kept now. */
    public long keptBytes() {
        return keptBytes.get();
    }

    /** The smallest size that holds so many bytes. */
    static int sizeFor(int bytes) {
        int below = bytes - 1;
        int bits = Math.max(SMALLEST_BITS, 31 - Integer.numberOfLeadingZeros(below));
        int step = Math.max(-1, (below - (1 << bits)) >> (bits - STEP_BITS));
        return (bits - SMALLEST_BITS) * STEPS + step + 1;
    }

    /** Bytes of an array of this size. */
    static int bytesOf(int size) {
        int bits = SMALLEST_BITS + size / STEPS;
        return (1 << bits) + (size % STEPS << (bits - STEP_BITS));
    }
}
