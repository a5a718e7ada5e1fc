package sluice.baseline;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import sluice.buffers.BodyCollector;

/** Reads a body piece by piece into a buffer that doubles, and copies it out of there. Thread-safe. */
public final class GrowingCollector implements BodyCollector {
    private static final int PIECE_BYTES = 8 * 1024;

    /** For {@link java.util.ServiceLoader}. */
    public GrowingCollector() {
    }

    @Override
    public String name() {
        return "growing";
    }

    @Override
    public long firstBytes(long claimedBytes) {
        return Math.max(claimedBytes, PIECE_BYTES);
    }

    @Override
    public Collected collect(Source source, long claimedBytes, int maxBytes, Allowance allowance) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE_BYTES];
        long reserved = firstBytes(claimedBytes);
        while (claimedBytes == UNKNOWN || whole.size() < claimedBytes) {
            int wanted = claimedBytes == UNKNOWN ? PIECE_BYTES : (int) Math.min(PIECE_BYTES, claimedBytes - whole.size());
            int count = source.read(piece, 0, wanted);
            if (count < 0) {
                break;
            }
            long size = (long) whole.size() + count;
            if (size > maxBytes) {
                return new Collected.TooLarge();
            }
            if (size > reserved) {
                if (!allowance.grow(reserved)) {
                    return new Collected.NoMemory();
                }
                reserved *= 2;
            }
            whole.write(piece, 0, count);
        }
        return new Collected.Complete(whole.toByteArray(), whole.size());
    }
}
