package sluice.http1;

import java.io.ByteArrayOutputStream;
import sluice.net.Link;

/** A link that gives out prepared bytes in pieces, then ends, and keeps what is written. */
final class ScriptLink implements Link {
    private final byte[] script;
    private final int pieceBytes;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private int at;
    private int writes;
    private int largestTargetBytes;

    ScriptLink(byte[] script, int pieceBytes) {
        this.script = script;
        this.pieceBytes = pieceBytes;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        largestTargetBytes = Math.max(largestTargetBytes, target.length);
        if (at == script.length) {
            return -1;
        }
        int count = Math.min(length, Math.min(pieceBytes - at % pieceBytes, script.length - at));
        System.arraycopy(script, at, target, offset, count);
        at += count;
        return count;
    }

    @Override
    public boolean ready() {
        return at < script.length;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        written.write(source, offset, length);
        writes++;
    }

    @Override
    public void finishOutput() {
        // nothing to tell
    }

    @Override
    public boolean secure() {
        return false;
    }

    @Override
    public void close() {
        at = script.length;
    }

    byte[] written() {
        return written.toByteArray();
    }

    int writes() {
        return writes;
    }

    int largestTargetBytes() {
        return largestTargetBytes;
    }
}
