package sluice.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void writeOnce() throws IOException {
        file = folder.resolve("kept");
        WholeFile.write(file, out -> out.write("first\n"));
    }

    private long files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.count();
        }
    }

    @Test
    void theOldContentStaysUntilTheNewOneIsWhole() throws IOException {
        assertThrows(IOException.class, () -> WholeFile.write(file, out -> {
            out.write("half of the sec");
            out.flush();
            throw new IOException("no room");
        }));
        assertEquals("first\n", Files.readString(file));
        assertEquals(1, files());
    }

    @Test
    void whatAKilledProcessLeftIsNotInTheWay() throws IOException {
        Files.writeString(folder.resolve("kept.new"), "half of the sec");
        WholeFile.write(file, out -> out.write("\u00fc second\n"));
        assertEquals("\u00fc second\n", Files.readString(file));
        assertEquals(1, files());
    }

    @Test
    void onlyTheOwnerReadsIt() throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        WholeFile.write(file, out -> out.write("second\n"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    void eachWritingIsAnotherVersion() throws IOException {
        FileVersion first = FileVersion.of(file);
        assertEquals(first, FileVersion.of(file));
        WholeFile.write(file, out -> out.write("first\n"));
        assertNotEquals(first, FileVersion.of(file));
        assertEquals(FileVersion.NONE, FileVersion.of(folder.resolve("missing")));
    }
}
