package sluice.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.SharedState.Counters;

class JournalTest {
    private static final Counters.Window WINDOW = new Counters.Window(0, Long.MAX_VALUE / 2);
    @TempDir
    Path folder;

    /** Counters whose changes go to a journal, as in a process that is killed: nothing is saved. */
    private LocalCounters counting(Journal journal) throws IOException {
        LocalCounters counters = new LocalCounters(() -> 0, journal::changed);
        journal.restore(counters::restore);
        journal.start();
        return counters;
    }

    @Test
    void knowsAllSumsAfterTheProcessWasKilled() throws IOException {
        Journal journal = new Journal(folder.resolve("state"));
        LocalCounters counters = counting(journal);
        for (int i = 0; i < 1_000; i++) {
            counters.add("client " + i % 10, WINDOW, 7);
        }
        journal.close();

        LocalCounters again = counting(new Journal(folder.resolve("state")));

        for (int i = 0; i < 10; i++) {
            assertEquals(700, again.sum("client " + i, WINDOW));
        }
    }

    @Test
    void losesNothingWhileFilesAreChanged() throws Exception {
        Journal journal = new Journal(folder.resolve("state"));
        LocalCounters counters = counting(journal);
        CountDownLatch done = new CountDownLatch(4);
        for (int t = 0; t < 4; t++) {
            Thread.startVirtualThread(() -> {
                for (int i = 0; i < 10_000; i++) {
                    counters.add("shared", WINDOW, 1);
                }
                done.countDown();
            });
        }
        for (int save = 0; save < 50; save++) {
            journal.begin();
        }
        done.await();
        journal.close();

        assertEquals(40_000, counting(new Journal(folder.resolve("state"))).sum("shared", WINDOW));
    }

    @Test
    void survivesALineThatWasCut() throws IOException {
        Journal journal = new Journal(folder.resolve("state"));
        counting(journal).add("money", WINDOW, 12);
        journal.close();
        Path file = folder.resolve("state.sums-0");
        String line = Files.readString(file);
        assertTrue(line.endsWith(" .\n"), line);
        Files.writeString(file, line.replace(" 12 1 ", " 99 2 ").substring(0, line.length() - 4), StandardCharsets.UTF_8,
                StandardOpenOption.APPEND);

        assertEquals(12, counting(new Journal(folder.resolve("state"))).sum("money", WINDOW));
    }

    @Test
    void forgetsFilesThatWereSavedAndNotTheOneThatMayStillBeWritten() throws IOException {
        Journal journal = new Journal(folder.resolve("state"));
        for (int i = 0; i < 4; i++) {
            Files.writeString(folder.resolve("state.sums-" + i), "");
        }

        journal.forgetBefore(3);

        assertEquals("[state.sums-2, state.sums-3]", names());
        journal.close();
        journal.forgetBefore(4);
        assertEquals("[]", names());
    }

    private String names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().toString();
        }
    }
}
