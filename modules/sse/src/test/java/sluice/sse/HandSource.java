package sluice.sse;

import java.util.ArrayDeque;
import java.util.Deque;
import sluice.api.ByteSource;

/** Gives what the test hands it, and waits otherwise. */
final class HandSource implements ByteSource {
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private boolean waiting;
    private boolean ended;
    private boolean cut;
    private boolean aborted;

    synchronized void give(String text) {
        pieces.add(Streams.bytes(text));
        waiting = false;
        notifyAll();
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized void cut() {
        cut = true;
        notifyAll();
    }

    synchronized void awaitReaderIsWaiting() throws InterruptedException {
        while (!waiting) {
            wait();
        }
    }

    @Override
    public synchronized int read(byte[] target, int offset, int length) throws ByteSource.Broken {
        while (pieces.isEmpty()) {
            if (aborted) {
                throw new ByteSource.Broken(ByteSource.Broken.Cause.CANCELLED, "aborted");
            }
            if (cut) {
                throw new ByteSource.Broken(ByteSource.Broken.Cause.CUT, "cut");
            }
            if (ended) {
                return -1;
            }
            waiting = true;
            notifyAll();
            try {
                wait();
            } catch (InterruptedException e) {
                throw new ByteSource.Broken(ByteSource.Broken.Cause.CANCELLED, "interrupted");
            }
        }
        waiting = false;
        byte[] piece = pieces.remove();
        int count = Math.min(length, piece.length);
        System.arraycopy(piece, 0, target, offset, count);
        if (count < piece.length) {
            pieces.addFirst(java.util.Arrays.copyOfRange(piece, count, piece.length));
        }
        return count;
    }

    @Override
    public synchronized boolean ready() {
        return !pieces.isEmpty();
    }

    @Override
    public synchronized void abort() {
        aborted = true;
        notifyAll();
    }

    @Override
    public void close() {
        abort();
    }
}
