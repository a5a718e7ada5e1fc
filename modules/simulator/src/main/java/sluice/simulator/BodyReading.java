package sluice.simulator;

import java.io.IOException;
import java.util.Arrays;
import java.util.OptionalInt;
import sluice.http1.FramingException;
import sluice.http1.HttpBody;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;

/** Reads the body of one request, whole or, where a fault asks, only its beginning. Confined to the connection's thread. */
final class BodyReading {
    private static final int MAX_BODY_BYTES = 256 * 1024 * 1024;
    private static final int FIRST_BODY_BYTES = 64 * 1024;

    private final HttpInput input;
    private final RequestHead head;
    private final int atMost;
    private boolean whole;

    /** Reads no more than about {@code limit} bytes, if there is one. */
    BodyReading(HttpInput input, RequestHead head, OptionalInt limit) {
        this.input = input;
        this.head = head;
        atMost = limit.orElse(Integer.MAX_VALUE);
    }

    /** Whether all of it was read. */
    boolean isWhole() {
        return whole;
    }

    byte[] read() throws IOException {
        if (head.bodyBytes() == 0) {
            whole = true;
            return new byte[0];
        }
        HttpBody body = input.body(head.bodyBytes());
        byte[] bytes = new byte[(int) Math.min(head.bodyBytes() < 0 ? FIRST_BODY_BYTES : head.bodyBytes(), MAX_BODY_BYTES)];
        int length = 0;
        while (length < atMost) {
            if (length == bytes.length) {
                if (body.finished()) {
                    whole = true;
                    return bytes;
                }
                if (length >= MAX_BODY_BYTES) {
                    throw new FramingException(413, "the body is larger than " + MAX_BODY_BYTES + " bytes");
                }
                bytes = Arrays.copyOf(bytes, Math.min(MAX_BODY_BYTES, length * 2));
            }
            int count = body.read(bytes, length, Math.min(atMost, bytes.length) - length);
            if (count < 0) {
                whole = true;
                break;
            }
            length += count;
        }
        return Arrays.copyOf(bytes, length);
    }
}
