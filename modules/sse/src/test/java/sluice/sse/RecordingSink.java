package sluice.sse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import sluice.api.ClientSink;

/** Keeps every write, and fails from the n-th on if told so. */
final class RecordingSink implements ClientSink {
    private final List<byte[]> writes = new ArrayList<>();
    private final List<Boolean> boundaries = new ArrayList<>();
    private final int failAt;

    RecordingSink() {
        this(Integer.MAX_VALUE);
    }

    /** The write with this number, counted from 0, fails. */
    RecordingSink(int failAt) {
        this.failAt = failAt;
    }

    @Override
    public synchronized void write(byte[] buffer, int offset, int length, boolean boundary) throws ClientSink.Gone {
        if (writes.size() >= failAt) {
            throw new ClientSink.Gone(false, "gone");
        }
        writes.add(java.util.Arrays.copyOfRange(buffer, offset, offset + length));
        boundaries.add(boundary);
        notifyAll();
    }

    synchronized void awaitWrites(int count) throws InterruptedException {
        while (writes.size() < count) {
            wait();
        }
    }

    synchronized int count() {
        return writes.size();
    }

    synchronized String write(int n) {
        return new String(writes.get(n), StandardCharsets.UTF_8);
    }

    synchronized boolean atBoundary() {
        return boundaries.isEmpty() || boundaries.getLast();
    }

    synchronized byte[] bytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        writes.forEach(all::writeBytes);
        return all.toByteArray();
    }

    synchronized String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }
}
