package sluice.sse;

import sluice.api.ByteSource;

/** Gives prepared pieces, one for each read, and then its end. Between pieces it says that nothing is ready. */
final class ScriptedSource implements ByteSource {
    private final byte[] bytes;
    private final int[] cuts;
    private final ByteSource.Broken.Cause end;
    private final boolean alwaysReady;
    private int at;
    private int piece;
    private boolean aborted;

    private ScriptedSource(byte[] bytes, int[] cuts, ByteSource.Broken.Cause end, boolean alwaysReady) {
        this.bytes = bytes;
        this.cuts = cuts;
        this.end = end;
        this.alwaysReady = alwaysReady;
    }

    /** All bytes are here at once. */
    static ScriptedSource burst(byte[] bytes) {
        return new ScriptedSource(bytes, new int[] {bytes.length}, null, true);
    }

    /** Pieces that end at the given places, each after a silence. */
    static ScriptedSource paced(byte[] bytes, int... ends) {
        return new ScriptedSource(bytes, ends, null, false);
    }

    /** Breaks after {@code length} bytes. */
    static ScriptedSource cut(byte[] bytes, int length, ByteSource.Broken.Cause how, int step) {
        int[] ends = new int[(length + step - 1) / step];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = Math.min(length, (i + 1) * step);
        }
        return new ScriptedSource(bytes, ends, how, false);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws ByteSource.Broken {
        if (length <= 0) {
            throw new IllegalArgumentException("a read of " + length + " bytes");
        }
        if (aborted) {
            throw new ByteSource.Broken(ByteSource.Broken.Cause.CANCELLED, "aborted");
        }
        if (piece == cuts.length) {
            if (end == null) {
                return -1;
            }
            throw new ByteSource.Broken(end, "scripted");
        }
        int count = Math.min(length, cuts[piece] - at);
        System.arraycopy(bytes, at, target, offset, count);
        at += count;
        while (piece < cuts.length && at == cuts[piece]) {
            piece++;
        }
        return count;
    }

    @Override
    public boolean ready() {
        if (alwaysReady) {
            return at < bytes.length;
        }
        return piece < cuts.length && at > (piece == 0 ? 0 : cuts[piece - 1]);
    }

    @Override
    public void abort() {
        aborted = true;
    }

    @Override
    public void close() {
        aborted = true;
    }
}
