package sluice.buffers;

import java.io.IOException;
import sluice.api.Named;

/** Service: collects the bytes of a request's body in one array. Thread-safe; a body belongs to one thread. */
public interface BodyCollector extends Named {
    /** The claimed length of a body that claims none. */
    long UNKNOWN = -1;

    /** Where the bytes come from. */
    @FunctionalInterface
    interface Source {
        /**
         * Reads at least one byte.
         *
         * @return how many bytes were read; -1 at the end
         */
        int read(byte[] target, int offset, int length) throws IOException;
    }

    /** Memory, of which there may be no more. */
    @FunctionalInterface
    interface Allowance {
        /** Reserves so many bytes more; false if they cannot be had. */
        boolean grow(long bytes);
    }

    /** What became of a body. */
    sealed interface Collected {
        /** The body: {@code bytes[0, length)}. */
        record Complete(byte[] bytes, int length) implements Collected { }

        /** It is larger than it may be. */
        record TooLarge() implements Collected { }

        /** The allowance was refused. */
        record NoMemory() implements Collected { }
    }

    /** What must be reserved before anything is read of a body that claims so many bytes, or {@link #UNKNOWN}. */
    long firstBytes(long claimedBytes);

    /**
     * Reads a body to its claimed length, or to the end of {@code source} if it claims none or too much.
     *
     * @param claimedBytes the length that is claimed; {@link #UNKNOWN} if none is
     * @param maxBytes most bytes of a body
     * @param allowance asked for what goes beyond {@link #firstBytes}
     */
    Collected collect(Source source, long claimedBytes, int maxBytes, Allowance allowance) throws IOException;

    /**
     * Takes back what {@link #collect} gave: nobody reads or writes these bytes any more, so that another body may come to lie
     * in them. For each array at most once; one that is never given back is garbage like any other.
     */
    default void release(byte[] bytes) {
        // an array that nobody keeps
    }
}
