package sluice.body;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import sluice.api.BodyDecoder;

/** What a decoder reads; remembers whether a failure was the connection's or the decoder's. Confined to one thread. */
final class EncodedBytes extends FilterInputStream {
    private boolean broken;

    EncodedBytes(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        try {
            return in.read();
        } catch (IOException e) {
            broken = true;
            throw e;
        }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        try {
            return in.read(target, offset, length);
        } catch (IOException e) {
            broken = true;
            throw e;
        }
    }

    /** A decoder's failure: the connection's own, or corrupt bytes. */
    IOException blame(IOException failure) {
        return broken ? failure : new BodyDecoder.Corrupt(String.valueOf(failure.getMessage()));
    }

    /** Leaves the connection open. */
    @Override
    public void close() {
        // it belongs to the caller
    }
}
