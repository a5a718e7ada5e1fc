package sluice.turns;

import java.nio.charset.StandardCharsets;
import sluice.api.RequestBody;
import sluice.forward.ByteBudget;
import sluice.json.ByteSearch;
import sluice.responses.Continuation;

/**
 * A message of a WebSocket client, as it waits for its turn: {@code bytes[offset, offset + length)}.
 *
 * @param body the same, scanned
 * @param streamId its member {@code stream_id}; empty without one
 * @param receivedNanos when it was complete
 * @param permit its part of the byte budget
 */
record ClientMessage(byte[] bytes, int offset, int length, RequestBody body, String streamId, long receivedNanos,
        ByteBudget.Permit permit) {
    private static final byte[] REFERENCE = "\"item_reference\"".getBytes(StandardCharsets.US_ASCII);

    /** Whether it refers to nothing that was said on its connection before, so that it may be sent on any. */
    boolean isPortable() {
        return Continuation.of(body).isEmpty() && ByteSearch.indexOf(bytes, offset, offset + length, REFERENCE) < 0;
    }
}
