package sluice.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** No line is torn, reordered or forgotten, and nobody waits for a reader that stands still. */
class LineWriterTest {
    private static byte[] line(String text) {
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void keepsLinesWholeAndEachThreadsInOrder() {
        int threads = 8;
        int lines = 2000;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (LineWriter writer = new LineWriter(out)) {
            try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int t = 0; t < threads; t++) {
                    int thread = t;
                    workers.submit(() -> {
                        for (int i = 0; i < lines; i++) {
                            writer.write(line(thread + " " + i));
                        }
                    });
                }
            }
            writer.flush();
            List<String> all = out.toString(StandardCharsets.UTF_8).lines().toList();
            assertEquals(threads * lines, all.size());
            Map<String, Integer> next = new HashMap<>();
            for (String line : all) {
                String[] parts = line.split(" ");
                assertEquals(next.merge(parts[0], 1, Integer::sum) - 1, Integer.parseInt(parts[1]));
            }
            assertEquals(0, writer.lost());
        }
    }

    @Test
    void countsLinesThatCannotBeWritten() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws java.io.IOException {
                throw new java.io.IOException("No space left on device");
            }
        };
        try (LineWriter writer = new LineWriter(full)) {
            writer.write(line("one"));
            writer.write(line("two"));
            writer.flush();
            assertEquals(2, writer.lost());
        }
    }

    @Test
    void losesNothingAtItsEnd() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (LineWriter writer = new LineWriter(out)) {
            writer.write(line("first"));
            writer.write(line("last"));
        }
        assertEquals("first\nlast\n", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void writesTogetherWhatCameWhileItWrote() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger writes = new AtomicInteger();
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        try (LineWriter writer = new LineWriter(blocking(begun, go, writes, kept))) {
            writer.write(line("0"));
            begun.await();
            for (int i = 1; i <= 100; i++) {
                writer.write(line(Integer.toString(i)));
            }
            go.countDown();
            writer.flush();
            assertEquals(2, writes.get());
            assertEquals(101, kept.toString(StandardCharsets.UTF_8).lines().count());
        }
    }

    @Test
    void countsWhatIsLostWhenTheReaderStandsStill() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        byte[] large = new byte[1024 * 1024];
        try (LineWriter writer = new LineWriter(blocking(begun, go, new AtomicInteger(), kept))) {
            writer.write(line("0"));
            begun.await();
            for (int i = 0; i < 10; i++) {
                writer.write(large);
            }
            int fit = LineWriter.MAX_WAITING_BYTES / large.length;
            assertEquals(10 - fit, writer.lost());
            go.countDown();
            writer.flush();
            assertEquals(2 + fit * large.length, kept.size());
            writer.write(line("again"));
            writer.flush();
            assertTrue(kept.toString(StandardCharsets.UTF_8).endsWith("again\n"));
        }
    }

    private static OutputStream blocking(CountDownLatch begun, CountDownLatch go, AtomicInteger writes, ByteArrayOutputStream kept) {
        return new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("byte by byte");
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                writes.incrementAndGet();
                begun.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                kept.write(bytes, offset, length);
            }
        };
    }
}
