package sluice.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinesTest {
    @TempDir
    private Path folder;

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("file"), content);
    }

    private static List<String> all(Lines lines) throws IOException {
        List<String> all = new ArrayList<>();
        for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
            all.add(line.get());
        }
        return all;
    }

    @Test
    void readsLinesOfAnyLengthWithTheirPlaces() throws IOException {
        String longer = "é".repeat(100_000);
        try (Lines lines = new Lines(file("one\n\n" + longer + "\nhalf"), 0)) {
            assertEquals(Optional.of("one"), lines.next());
            assertEquals(4, lines.position());
            assertEquals(Optional.of(""), lines.next());
            assertEquals(Optional.of(longer), lines.next());
            assertEquals(200_006, lines.position());
            assertEquals(Optional.of("half"), lines.next());
            assertEquals(200_010, lines.position());
            assertEquals(Optional.empty(), lines.next());
        }
        try (Lines lines = new Lines(folder.resolve("file"), 200_006)) {
            assertEquals(List.of("half"), all(lines));
        }
        try (Lines lines = new Lines(file("a\nb\n"), 0)) {
            assertEquals(List.of("a", "b"), all(lines));
        }
        try (Lines lines = new Lines(file(""), 0)) {
            assertEquals(List.of(), all(lines));
        }
    }

    @Test
    void tellsWhatIsNoText() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[] {'a', (byte) 0xFF, '\n', 'b'});
        try (Lines lines = new Lines(file, 0)) {
            assertFalse(Lines.isText(lines.next().orElseThrow()));
            assertTrue(Lines.isText(lines.next().orElseThrow()));
        }
    }

    @Test
    void whatIsLongerThanAnyLineIsDamageAndIsNotKept() throws IOException {
        try (Lines lines = new Lines(file("a\n" + "b".repeat(Lines.MAX_BYTES) + "\n" + "c".repeat(Lines.MAX_BYTES + 1)), 0)) {
            assertEquals(Optional.of("a"), lines.next());
            assertEquals(Lines.MAX_BYTES, lines.next().orElseThrow().length());
            assertEquals(folder.resolve("file") + " is damaged: a line of it is longer than 4 MiB",
                    assertThrows(IOException.class, lines::next).getMessage());
        }
    }
}
