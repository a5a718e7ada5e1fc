package sluice.responses;

import java.util.Arrays;
import sluice.buffers.ArrayShelf;

/** The items of a response that are complete so far, as JSON. Bounded. Confined to one thread. */
public final class KeptItems {
    private static final int FIRST_BYTES = 1024;
    private static final byte[] NOTHING = {};

    private final int maxBytes;
    private byte[] kept = NOTHING;
    private int bytes;
    private int whole;
    private int count;
    private boolean full;

    /** Keeps up to {@code maxBytes}; the item that does not fit, and all later ones, are not kept. */
    public KeptItems(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** An item begins. What was begun before and not {@linkplain #end ended} is forgotten. */
    public void begin() {
        bytes = whole;
        if (whole > 0) {
            add(new byte[] {','}, 0, 1);
        }
    }

    /** The next bytes of the item. */
    public void add(byte[] b, int from, int to) {
        int length = to - from;
        if (full || length > maxBytes - bytes) {
            full = true;
            return;
        }
        if (bytes + length > kept.length) {
            int wanted = (int) Math.min(maxBytes, Math.max(Math.max(kept.length * 2L, FIRST_BYTES), bytes + length));
            kept = ArrayShelf.shared().longer(kept, bytes, wanted);
        }
        System.arraycopy(b, from, kept, bytes, length);
        bytes += length;
    }

    /** The item is whole, and one of the response's. */
    public void end() {
        if (!full) {
            whole = bytes;
            count++;
        }
    }

    /** Whether there was an item that did not fit. */
    public boolean isFull() {
        return full;
    }

    /** How many items are kept. */
    public int count() {
        return count;
    }

    /** The items with commas between them. */
    public byte[] json() {
        return Arrays.copyOf(kept, whole);
    }

    /** Nobody asks any more: gives up the memory. Nothing else is called after it. */
    public void release() {
        ArrayShelf.shared().giveBack(kept);
        kept = NOTHING;
        whole = 0;
    }
}
