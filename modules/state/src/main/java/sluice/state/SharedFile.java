package sluice.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The file of a state, which two processes have while a restart hands over. Whoever writes takes in first what the other has written:
 * what is in the file is never less than what either has saved, whoever saves last. Confined to one thread at a time.
 */
final class SharedFile {
    /** Which writing of the file it is: each one is another file by the same name. */
    private record Version(String file, long modifiedMillis, long bytes) {
        private static final Version NONE = new Version("", 0, 0);
    }

    private final Path path;
    private final OneWriter writer;
    private volatile Version seen = Version.NONE;

    SharedFile(Path path) {
        this.path = path;
        writer = new OneWriter(path);
    }

    /** Whether another process has written since this one read or wrote. One look at the folder. */
    boolean hasChanged() {
        Version now = version();
        return now != Version.NONE && !now.equals(seen);
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
            StateFile.write(path, epochMillis, source);
            seen = version();
        });
    }

    /** Reads what others have written, if they have. What cannot be read is set aside: a gateway that starts anew is better than none. */
    void takeIn(StateFile.Reader reader) {
        Version now = version();
        if (now == Version.NONE || now.equals(seen)) {
            return;
        }
        try {
            StateFile.read(path, reader);
        } catch (IOException | RuntimeException e) {
            setAside(e);
        }
        seen = now;
    }

    private Version version() {
        try {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            return new Version(String.valueOf(now.fileKey()), now.lastModifiedTime().toMillis(), now.size());
        } catch (IOException e) {
            return Version.NONE;
        }
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
