package sluice.body;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import sluice.api.BodyDecoder;

/** What comes out of a decoder, whose failures become {@link BodyDecoder.Corrupt}s. Confined to one thread. */
final class DecodedBytes extends FilterInputStream {
    private final EncodedBytes encoded;

    DecodedBytes(EncodedBytes encoded, InputStream decoder) {
        super(decoder);
        this.encoded = encoded;
    }

    @Override
    public int read() throws IOException {
        try {
            return in.read();
        } catch (IOException e) {
            throw encoded.blame(e);
        }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            return in.read(target, offset, length);
        } catch (IOException e) {
            throw encoded.blame(e);
        }
    }
}
