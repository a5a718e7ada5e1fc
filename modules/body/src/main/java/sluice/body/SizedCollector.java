package sluice.body;

import java.io.IOException;
import sluice.buffers.ArrayShelf;
import sluice.buffers.BodyCollector;

/**
 * Reads a body straight into an array that is as large as it claims to be, or up to a quarter larger. A claim that lies cannot make
 * the array larger than {@link #CLAMP_BYTES} before that many bytes are there. A body of unknown length doubles its array. Arrays
 * that are given back serve later bodies. Thread-safe.
 */
public final class SizedCollector implements BodyCollector {
    /** What a claimed length may allocate before the bytes are there. */
    static final int CLAMP_BYTES = 1024 * 1024;
    /** First array for a body of unknown length. */
    private static final int START_BYTES = 16 * 1024;

    private final ArrayShelf shelf;

    /** For {@link java.util.ServiceLoader}. */
    public SizedCollector() {
        this(ArrayShelf.shared());
    }

    SizedCollector(ArrayShelf shelf) {
        this.shelf = shelf;
    }

    @Override
    public String name() {
        return "sized";
    }

    /** A known length is reserved whole, so that a body that was begun is never given up for want of memory (decision 0090). */
    @Override
    public long firstBytes(long claimedBytes) {
        return claimedBytes == UNKNOWN ? START_BYTES : claimedBytes;
    }

    @Override
    public Collected collect(Source source, long claimedBytes, int maxBytes, Allowance allowance) throws IOException {
        boolean claimed = claimedBytes != UNKNOWN;
        // An array from the shelf may be larger than what was asked for, and what was reserved.
        int room = (int) Math.min(firstBytes(claimedBytes), claimed ? CLAMP_BYTES : maxBytes);
        byte[] bytes = shelf.take(room);
        int length = 0;
        while (!claimed || length < claimedBytes) {
            if (length == room) {
                if (length >= maxBytes) {
                    return atEnd(source) ? new Collected.Complete(bytes, length) : new Collected.TooLarge();
                }
                int larger = claimed ? (int) Math.min(claimedBytes, maxBytes) : (int) Math.min(maxBytes, length * 2L);
                if (!claimed && !allowance.grow(larger - length)) {
                    return new Collected.NoMemory();
                }
                bytes = shelf.longer(bytes, length, larger);
                room = larger;
            }
            int count = source.read(bytes, length, room - length);
            if (count < 0) {
                break;
            }
            length += count;
        }
        return new Collected.Complete(bytes, length);
    }

    @Override
    public void release(byte[] bytes) {
        shelf.giveBack(bytes);
    }

    private static boolean atEnd(Source source) throws IOException {
        return source.read(new byte[1], 0, 1) < 0;
    }
}
