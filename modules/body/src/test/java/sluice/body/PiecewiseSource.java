package sluice.body;

import java.io.IOException;
import java.util.Optional;
import sluice.api.ByteSource;

/** An answer that comes in pieces: each is ready once the one before it is read, or only after a wait. */
final class PiecewiseSource implements ByteSource {
    private final byte[] bytes;
    private final int pieceBytes;
    private final boolean together;
    private final Optional<ByteSource.Broken> end;
    private int position;
    private boolean aborted;

    private PiecewiseSource(byte[] bytes, int pieceBytes, boolean together, Optional<ByteSource.Broken> end) {
        this.bytes = bytes;
        this.pieceBytes = pieceBytes;
        this.together = together;
        this.end = end;
    }

    /** Pieces with a wait after each. */
    static PiecewiseSource slow(byte[] bytes, int pieceBytes) {
        return new PiecewiseSource(bytes, pieceBytes, false, Optional.empty());
    }

    /** Pieces that are all there already. */
    static PiecewiseSource ready(byte[] bytes, int pieceBytes) {
        return new PiecewiseSource(bytes, pieceBytes, true, Optional.empty());
    }

    /** One piece, and then a failure. */
    static PiecewiseSource failing(byte[] bytes, ByteSource.Broken failure) {
        return new PiecewiseSource(bytes, Integer.MAX_VALUE, false, Optional.of(failure));
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (aborted) {
            throw new ByteSource.Broken(ByteSource.Broken.Cause.CANCELLED, "aborted");
        }
        if (position == bytes.length) {
            if (end.isPresent()) {
                throw end.get();
            }
            return -1;
        }
        int count = Math.min(Math.min(length, pieceBytes), bytes.length - position);
        System.arraycopy(bytes, position, target, offset, count);
        position += count;
        return count;
    }

    @Override
    public boolean ready() {
        return together && position < bytes.length;
    }

    @Override
    public void abort() {
        aborted = true;
    }

    @Override
    public void close() {
        // nothing to give back
    }
}
