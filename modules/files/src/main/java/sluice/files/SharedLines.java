package sluice.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A file of lines to which several processes append, one at a time: each reads what the others have written, and writes all of it anew
 * when it has become long. Confined to one thread, which holds the file's {@link OneWriter} when it writes.
 */
public final class SharedLines {
    /** A file of more lines, or of more bytes behind what was written anew, is long. */
    private static final int MANY_LINES = 20_000;
    private static final long MANY_BYTES = 4 << 20;

    private final Path file;
    private final String head;
    private String key = FileVersion.NONE.key();
    private long position;
    private long longFrom = MANY_BYTES;
    private int lines;
    private boolean cut;

    /** Nothing is read yet. */
    public SharedLines(Path file, String head) {
        this.file = file;
        this.head = head;
    }

    /** Takes a line, which may be half a one: the process that wrote it was killed. */
    @FunctionalInterface
    public interface Reader {
        /** Reads it. */
        void read(String line);
    }

    /** Whether others have written since this process read or wrote last. */
    public boolean haveNew() throws IOException {
        String now = FileVersion.of(file).key();
        if (!now.equals(key)) {
            key = now;
            position = 0;
            lines = 0;
            cut = false;
        }
        long bytes = isMissing() ? position : Files.size(file);
        cut |= bytes < position;
        return bytes > position;
    }

    /** Whether what is new is all of the file: it is another one than was read before. */
    public boolean isUnread() {
        return position == 0;
    }

    /**
     * Reads what is new.
     *
     * @throws IOException also if the file begins with another line than {@code head}
     */
    public void readNew(Reader reader) throws IOException {
        try (Lines all = new Lines(file, position)) {
            Optional<String> line = all.next();
            if (isUnread() && !line.equals(Optional.of(head))) {
                throw new IOException(file + " does not begin with '" + head + "'");
            }
            for (; line.isPresent(); line = all.next()) {
                reader.read(line.get());
                position = all.position();
                lines++;
            }
        }
    }

    /** Whether all of it is better written anew: there is no such file, it has become long, or somebody has cut it. */
    public boolean wantsRewriting() {
        return isMissing() || lines >= MANY_LINES || position >= longFrom || cut;
    }

    private boolean isMissing() {
        return key.equals(FileVersion.NONE.key());
    }

    /** Appends a line, given without its end, behind all that was read. */
    public void append(String line) throws IOException {
        position = WholeLines.append(file, (line + '\n').getBytes(StandardCharsets.UTF_8), FileChannel::write);
        lines++;
    }

    /** Exchanges all of the file; {@code all} are the lines behind the head. */
    public void rewrite(List<String> all) throws IOException {
        WholeFile.write(file, out -> {
            out.write(head);
            out.write('\n');
            for (String line : all) {
                out.write(line);
                out.write('\n');
            }
        });
        key = FileVersion.of(file).key();
        position = Files.size(file);
        longFrom = 2 * position + MANY_BYTES;
        lines = all.size() + 1;
        cut = false;
    }
}
