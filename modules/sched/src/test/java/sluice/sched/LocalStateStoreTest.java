package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.Binding;

class LocalStateStoreTest {
    private static final Duration TTL = Duration.ofHours(1);
    @TempDir
    Path folder;
    private long millis = 1_000_000;
    private final LocalStateStore store = store(100);

    private LocalStateStore store(int maxEntries) {
        return new LocalStateStore(TTL, maxEntries, () -> millis * 1_000_000, () -> millis);
    }

    @Test
    void restoresWhatItSaved() throws IOException {
        store.bindSession(-5, new Binding("my account", 12_800, true));
        store.bindSession(6, new Binding("b", 0, false));
        store.own(Long.MIN_VALUE, "b");
        Path file = folder.resolve("deep/state");
        store.save(file);
        store.save(file);

        LocalStateStore again = store(100);
        again.restore(file);

        assertEquals(Optional.of(new Binding("my account", 12_800, true)), again.session(-5));
        assertEquals(Optional.of(new Binding("b", 0, false)), again.session(6));
        assertEquals(Optional.of("b"), again.owner(Long.MIN_VALUE));
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertEquals(1, files.count(), "no draft is left behind");
        }
    }

    @Test
    void dropsWhatIsTooOldAndRenewsWhatIsUsed() throws IOException {
        store.bindSession(1, new Binding("a", 0, false));
        store.bindSession(2, new Binding("b", 0, false));
        millis += TTL.toMillis() / 2;
        store.session(2);
        Path file = folder.resolve("state");
        store.save(file);
        millis += TTL.toMillis() / 2 + 1;
        LocalStateStore again = store(100);
        again.restore(file);

        assertEquals(Optional.empty(), store.session(1));
        assertEquals(Optional.empty(), again.session(1));
        assertTrue(again.session(2).isPresent());
    }

    @Test
    void startsEmptyWithoutAFile() throws IOException {
        store.restore(folder.resolve("none"));

        assertEquals(Optional.empty(), store.session(1));
    }

    @Test
    void refusesAFileThatWasCutAnywhere() throws IOException {
        store.bindSession(1, new Binding("a", 5, false));
        store.own(2, "a");
        Path file = folder.resolve("state");
        store.save(file);
        String whole = Files.readString(file);
        for (int length = 0; length < whole.length() - 1; length++) {
            Files.writeString(file, whole.substring(0, length));
            assertThrows(IOException.class, () -> store(100).restore(file));
        }
        Files.writeString(file, whole.replace("sluice-state 1", "sluice-state 2"));
        assertThrows(IOException.class, () -> store(100).restore(file));
    }

    @Test
    void staysWithinItsBound() {
        for (int i = 0; i < 10_000; i++) {
            store.bindSession(i, new Binding("a", 0, false));
            store.own(i, "a");
        }

        long sessions = 0;
        long owners = 0;
        for (int i = 0; i < 10_000; i++) {
            sessions += store.session(i).isPresent() ? 1 : 0;
            owners += store.owner(i).isPresent() ? 1 : 0;
        }
        assertTrue(sessions <= 100, "sessions " + sessions);
        assertTrue(owners <= 200, "owners " + owners);
    }
}
