package sluice.http2;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Puts a header block together that comes in several frames (RFC 9113 §4.3). Nothing else may come between them. Confined to the
 * connection's thread, but for {@link #late}.
 */
final class HeaderBlocks {
    /** Frames that one block may be cut into, behind its first. */
    private static final int MAX_CONTINUATIONS = 32;
    private static final byte[] NOTHING = {};

    private final int limitBytes;
    private final LongSupplier clock;
    private byte[] block = NOTHING;
    private int streamId;
    private boolean endsStream;
    private int continuations;
    /** Since when the block is open; 0: none is. */
    private volatile long openSinceNanos;

    /**
     * No block.
     *
     * @param limitBytes most bytes of a block, as it comes
     */
    HeaderBlocks(int limitBytes, LongSupplier clock) {
        this.limitBytes = limitBytes;
        this.clock = clock;
    }

    /** Whether a block takes longer than it may. */
    boolean late(long nowNanos, long limitNanos) {
        long since = openSinceNanos;
        return since != 0 && nowNanos - since > limitNanos;
    }

    /** The stream whose block is open; 0: none is. */
    int streamId() {
        return streamId;
    }

    /** Whether the stream ends with the block. */
    boolean endsStream() {
        return endsStream;
    }

    void begin(int id, byte[] source, int from, int to, boolean last) {
        streamId = id;
        endsStream = last;
        continuations = 0;
        block = Arrays.copyOfRange(source, from, to);
        openSinceNanos = clock.getAsLong();
    }

    void append(byte[] source, int from, int count) throws Http2Fault {
        if (++continuations > MAX_CONTINUATIONS || block.length + count > limitBytes) {
            throw new Http2Fault(Http2Fault.ENHANCE_YOUR_CALM, "a header block that is too large");
        }
        int before = block.length;
        block = Arrays.copyOf(block, before + count);
        System.arraycopy(source, from, block, before, count);
    }

    /** The whole block, which is over. */
    byte[] end() {
        byte[] whole = block;
        block = NOTHING;
        streamId = 0;
        openSinceNanos = 0;
        return whole;
    }
}
