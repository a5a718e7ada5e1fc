package sluice.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import sluice.files.FileVersion;
import sluice.files.OneWriter;

/**
 * The file of a state, which two processes have while a restart hands over. Whoever writes takes in first what the other has written:
 * what is in the file is never less than what either has saved, whoever saves last. Confined to one thread at a time.
 */
final class SharedFile {
    private final Path path;
    private final OneWriter writer;
    private volatile FileVersion seen = FileVersion.NONE;
    /** Odd while this process writes: the new file is there a moment before it is known whose it is. */
    private volatile long turns;

    SharedFile(Path path) {
        this.path = path;
        writer = new OneWriter(path);
    }

    /** Whether another process has written since this one read or wrote. One look at the folder. */
    boolean hasChanged() {
        long before = turns;
        FileVersion now = FileVersion.of(path);
        return before % 2 == 0 && now != FileVersion.NONE && !now.equals(seen) && turns == before;
    }

    /**
     * Reads what others have written, and then writes; nobody writes in between.
     *
     * @param reader is given what another process has saved; nothing if nobody has
     */
    void exchange(StateFile.Reader reader, long epochMillis, StateFile.Source source) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        writer.hold(() -> {
            takeIn(reader);
            turns++;
            try {
                StateFile.write(path, epochMillis, source);
                seen = FileVersion.of(path);
            } finally {
                turns++;
            }
        });
    }

    /** Reads what others have written, if they have. What cannot be read is set aside: a gateway that starts anew is better than none. */
    void takeIn(StateFile.Reader reader) {
        FileVersion now = FileVersion.of(path);
        if (now == FileVersion.NONE || now.equals(seen)) {
            return;
        }
        try {
            StateFile.read(path, reader);
        } catch (IOException | RuntimeException e) {
            setAside(e);
        }
        seen = now;
    }

    private void setAside(Exception why) {
        Path aside = path.resolveSibling(path.getFileName() + ".damaged");
        String what = "state.path: " + path + " cannot be read to its end (" + why.getMessage() + "); what follows starts anew";
        try {
            Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
            what += ", and the file is kept as " + aside.getFileName();
        } catch (NoSuchFileException gone) {
            return;
        } catch (IOException kept) {
            what += ", and it could not be set aside (" + kept.getMessage() + ")";
        }
        System.getLogger("sluice.state").log(System.Logger.Level.ERROR, what);
    }
}
