package sluice.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OneWriterTest {
    private static final int EACH = 50;
    @TempDir
    private Path folder;

    @Test
    void oneWritesAtATime() throws Exception {
        Path file = folder.resolve("sum");
        Files.writeString(file, "0");
        AtomicInteger failed = new AtomicInteger();
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            OneWriter writer = new OneWriter(file);
            writers.add(Thread.ofVirtual().start(() -> {
                for (int k = 0; k < EACH; k++) {
                    try {
                        writer.hold(() -> Files.writeString(file, Integer.toString(Integer.parseInt(Files.readString(file)) + 1)));
                    } catch (IOException | RuntimeException e) {
                        failed.incrementAndGet();
                    }
                }
            }));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        assertEquals(0, failed.get());
        assertEquals(Integer.toString(2 * EACH), Files.readString(file));
    }

    @Test
    void whoFailsLetsOthersWrite() throws IOException {
        OneWriter writer = new OneWriter(folder.resolve("sum"));
        assertThrows(IOException.class, () -> writer.hold(() -> {
            throw new IOException("no room");
        }));
        int[] runs = {0};
        new OneWriter(folder.resolve("sum")).hold(() -> runs[0]++);
        assertEquals(1, runs[0]);
    }
}
