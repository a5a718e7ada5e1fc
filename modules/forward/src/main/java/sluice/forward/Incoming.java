package sluice.forward;

import java.io.IOException;
import sluice.api.RequestBody;

/** A request's body: still on its way, or here already. */
public sealed interface Incoming {
    /** It is read by the request's thread. */
    record Arriving(Stream stream) implements Incoming { }

    /**
     * It came as one message: {@code json[from, from + length)}.
     *
     * @param body the same, scanned
     * @param permit its part of the byte budget; the gateway closes it
     */
    record Arrived(RequestBody body, byte[] json, int from, int length, ByteBudget.Permit permit) implements Incoming {
        ReadBody read() {
            return new ReadBody(body, json, from, from + length);
        }
    }

    /** A body on its way. Confined to the request's thread. */
    interface Stream {
        /** What its length is without framing, or {@link sluice.http1.RequestHead#CHUNKED}. */
        long announcedBytes();

        /** Whether there is none, or an empty one. */
        boolean isEmpty();

        /** Whether the client waits to be told that it may send it ({@code Expect: 100-continue}), and was not told yet. */
        boolean awaitsContinue();

        /**
         * Reads at least one byte, waiting if none is there; a client that holds the body back is asked to go on.
         *
         * @return the number of bytes read, or -1 at the end
         */
        int read(byte[] target, int offset, int length) throws IOException;
    }
}
