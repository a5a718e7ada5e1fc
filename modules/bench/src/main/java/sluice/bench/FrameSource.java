package sluice.bench;

import java.io.ByteArrayOutputStream;
import java.util.List;
import sluice.api.ByteSource;

/** Frames from memory: all here at once, or one at a time with a silence between them. Confined to one thread. */
final class FrameSource implements ByteSource {
    private final byte[][] pieces;
    private int piece;
    private int at;

    /** What {@link #pieces} made; shared, for nobody writes to it. */
    FrameSource(byte[][] pieces) {
        this.pieces = pieces;
    }

    /** One piece for each read: every frame alone, or all of them together. */
    static byte[][] pieces(List<byte[]> frames, boolean paced) {
        if (paced) {
            return frames.toArray(byte[][]::new);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        frames.forEach(all::writeBytes);
        return new byte[][] {all.toByteArray()};
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (piece == pieces.length) {
            return -1;
        }
        int count = Math.min(length, pieces[piece].length - at);
        System.arraycopy(pieces[piece], at, target, offset, count);
        at += count;
        if (at == pieces[piece].length) {
            piece++;
            at = 0;
        }
        return count;
    }

    @Override
    public boolean ready() {
        return at > 0;
    }

    @Override
    public void abort() {
        piece = pieces.length;
    }

    @Override
    public void close() {
        abort();
    }
}
