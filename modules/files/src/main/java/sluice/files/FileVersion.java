package sluice.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Which writing of a file it is: each one is another file by the same name. Immutable.
 *
 * @param key the file's, whatever its name
 * @param modifiedMillis when it was written
 * @param bytes its length
 */
public record FileVersion(String key, long modifiedMillis, long bytes) {
    /** There is no file. */
    public static final FileVersion NONE = new FileVersion("", 0, 0);

    /** That of a file now. One look at its folder. */
    public static FileVersion of(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileVersion(String.valueOf(now.fileKey()), now.lastModifiedTime().toMillis(), now.size());
        } catch (IOException e) {
            return NONE;
        }
    }
}
