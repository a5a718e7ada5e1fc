package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/locks.md} names every lock of the gateway, and none that is gone. */
class LocksTest {
    private static final Path ROOT = Path.of(System.getProperty("sluice.root")).normalize();
    private static final Pattern LOCK = Pattern.compile(
            "new (ReentrantLock|ReentrantReadWriteLock|StampedLock)\\(|\\bsynchronized\\b *[({]|\\bsynchronized \\w");
    private static final Pattern COMMENT = Pattern.compile("^\\s*(\\*|//|/\\*)");
    private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)`", Pattern.MULTILINE);
    /** Held to no page: one is for comparison, the others are tools beside the gateway. */
    private static final Set<String> ELSEWHERE = Set.of("baseline", "simulator", "bench");

    private static boolean locks(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.anyMatch(line -> LOCK.matcher(line).find() && !COMMENT.matcher(line).find());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void everyLockIsOnThePage() throws IOException {
        Set<String> locking;
        try (Stream<Path> files = Files.walk(ROOT.resolve("modules"))) {
            locking = files.filter(file -> file.toString().contains("/src/main/java/") && file.toString().endsWith(".java"))
                    .filter(file -> !ELSEWHERE.contains(ROOT.resolve("modules").relativize(file).getName(0).toString()))
                    .filter(LocksTest::locks)
                    .map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        Matcher row = ROW.matcher(Files.readString(ROOT.resolve("docs/locks.md")));
        Set<String> written = new TreeSet<>();
        while (row.find()) {
            written.add(row.group(1));
        }
        assertEquals(written, locking);
    }
}
