package sluice.forward;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import sluice.api.BodyDecoder;
import sluice.api.ByteSource;
import sluice.net.Quantum;

/**
 * An answer whose content coding is taken off on the way, for upstreams that compress although they were asked not to.
 * Confined to the request's thread, except {@link #abort}.
 */
final class DecodedSource implements ByteSource {
    private final ByteSource source;
    private final Opening opening;
    /** A few bytes may become thousands of times as many. */
    private Optional<InputStream> decoded = Optional.empty();

    /** A decoder reads ahead when it is made, so it is made at the first read. */
    @FunctionalInterface
    interface Opening {
        InputStream open() throws IOException;
    }

    DecodedSource(ByteSource source, Opening opening) {
        this.source = source;
        this.opening = opening;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            if (decoded.isEmpty()) {
                decoded = Optional.of(opening.open());
            }
            int count = decoded.get().read(target, offset, length);
            Quantum.ofThread().piece(count);
            return count;
        } catch (BodyDecoder.Corrupt e) {
            throw new ByteSource.Broken(ByteSource.Broken.Cause.FRAMING, "the answer's content coding is corrupt: " + e.getMessage());
        } catch (java.io.EOFException e) {
            throw new ByteSource.Broken(ByteSource.Broken.Cause.CUT, "the answer's content coding ends early");
        }
    }

    /** A decoder cannot tell what its next bytes make; "no" is always allowed. */
    @Override
    public boolean ready() {
        return false;
    }

    @Override
    public void abort() {
        source.abort();
    }

    @Override
    public void close() {
        source.close();
    }

    /** The coded bytes as a stream, for the decoder. */
    static final class Coded extends InputStream {
        private final ByteSource source;

        Coded(ByteSource source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return length == 0 ? 0 : source.read(target, offset, length);
        }
    }
}
