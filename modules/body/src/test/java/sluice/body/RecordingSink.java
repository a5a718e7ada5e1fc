package sluice.body;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import sluice.api.ClientSink;

/** A client that keeps what it gets, and leaves at a given write. */
final class RecordingSink implements ClientSink {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int leavesAtWrite;
    private int writes;

    RecordingSink() {
        this(Integer.MAX_VALUE);
    }

    RecordingSink(int leavesAtWrite) {
        this.leavesAtWrite = leavesAtWrite;
    }

    @Override
    public void write(byte[] buffer, int offset, int length, boolean boundary) throws ClientSink.Gone {
        if (writes == leavesAtWrite) {
            throw new ClientSink.Gone(false, "gone");
        }
        writes++;
        bytes.write(buffer, offset, length);
    }

    int writes() {
        return writes;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
