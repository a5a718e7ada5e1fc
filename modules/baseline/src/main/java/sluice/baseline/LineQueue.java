package sluice.baseline;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import sluice.api.ByteSource;

/**
 * Lines of a source, read ahead by a thread of their own. A line keeps its end and is decoded as ISO 8859-1, so that each of
 * its characters is one byte. Taken from by one thread.
 */
final class LineQueue implements AutoCloseable {
    /** What comes out of the queue. */
    sealed interface Item {
        /** A line with its end, or what stood behind the last one. */
        record Line(String text, boolean ended) implements Item { }

        /** The end that the framing announces. */
        record End() implements Item { }

        /** A break. */
        record Broken(ByteSource.Broken cause) implements Item { }

        /** Nothing came in time. */
        record Late() implements Item { }
    }

    /** Keeps the reader from running ahead of a slow client without end. */
    private static final int MAX_LINES = 256;

    private final ByteSource source;
    private final int maxLineBytes;
    private final BlockingQueue<Item> lines = new ArrayBlockingQueue<>(MAX_LINES);
    private final AtomicLong bytes = new AtomicLong();
    private final Thread reader;
    private volatile boolean closed;

    LineQueue(ByteSource source, int maxLineBytes) {
        this.source = source;
        this.maxLineBytes = maxLineBytes;
        reader = Thread.ofVirtual().name("per-line-reader").start(this::read);
    }

    /** The next item; {@code Late} after {@code waitNanos}. */
    Item take(long waitNanos) {
        try {
            Item item = lines.poll(waitNanos, TimeUnit.NANOSECONDS);
            return item == null ? new Item.Late() : item;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Item.Broken(new ByteSource.Broken(ByteSource.Broken.Cause.CANCELLED, "interrupted"));
        }
    }

    long bytes() {
        return bytes.get();
    }

    /** Ends the reader, and the source with it if that was not at its end. */
    @Override
    public void close() {
        closed = true;
        if (reader.isAlive()) {
            source.abort();
        }
        boolean interrupted = false;
        while (reader.isAlive()) {
            lines.clear();
            try {
                reader.join(1);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try {
            lines.put(readAll());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Item readAll() throws InterruptedException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        try {
            while (!closed) {
                int count = source.read(buffer, 0, buffer.length);
                if (count < 0) {
                    put(line, false);
                    return new Item.End();
                }
                bytes.addAndGet(count);
                for (int i = 0; i < count; i++) {
                    line.write(buffer[i]);
                    boolean ends = buffer[i] == '\n' || buffer[i] == '\r' && (i + 1 == count || buffer[i + 1] != '\n');
                    if (ends) {
                        put(line, true);
                    }
                }
                if (line.size() > maxLineBytes) {
                    return new Item.Broken(new ByteSource.Broken(ByteSource.Broken.Cause.FRAMING, "a line above " + maxLineBytes));
                }
            }
            return new Item.End();
        } catch (ByteSource.Broken broken) {
            return new Item.Broken(broken);
        } catch (IOException | RuntimeException broken) {
            // Whatever a client library throws: the thread that waits for lines must hear of it.
            return new Item.Broken(new ByteSource.Broken(ByteSource.Broken.Cause.CUT, String.valueOf(broken)));
        }
    }

    private void put(ByteArrayOutputStream line, boolean ended) throws InterruptedException {
        if (line.size() > 0) {
            lines.put(new Item.Line(line.toString(StandardCharsets.ISO_8859_1), ended));
            line.reset();
        }
    }
}
