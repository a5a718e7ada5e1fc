package sluice.api;

import java.io.IOException;

/** The bytes of an answer. Confined to the request's thread, except where a {@link Cancellation} closes it. */
public interface ByteSource extends AutoCloseable {
    /**
     * Reads at least one byte, waiting if none is there.
     *
     * @return the number of bytes read, or -1 at the end that the framing announces; never -1 for a cut
     * @throws SourceException if the answer is cut, broken or too slow
     */
    int read(byte[] target, int offset, int length) throws IOException;

    /**
     * Whether at least one byte can be read without waiting. A false "no" is allowed, a false "yes" is not: chunk framing
     * or half a TLS record do not count.
     */
    boolean ready() throws IOException;

    /** Gives the connection back if the answer was read to its end, closes it otherwise. May be called again. */
    @Override
    void close();
}
