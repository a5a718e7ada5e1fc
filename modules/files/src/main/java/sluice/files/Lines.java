package sluice.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The lines of a file, one after another: whatever has become of a file, reading it takes no more memory than its longest line may.
 * Confined to one thread.
 */
public final class Lines implements AutoCloseable {
    /** No line that a gateway writes is nearly as long. */
    public static final int MAX_BYTES = 4 << 20;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Path file;
    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;
    private long position;

    /**
     * Those of {@code file} that begin at {@code from} or behind it.
     *
     * @throws IOException if it is not there, or cannot be read
     */
    public Lines(Path file, long from) throws IOException {
        this.file = file;
        position = from;
        in = Channels.newInputStream(FileChannel.open(file, StandardOpenOption.READ).position(from));
    }

    /**
     * The next line, without its end; empty behind the last one. The last one needs no end.
     *
     * @throws IOException also if it is longer than any that is written
     */
    public Optional<String> next() throws IOException {
        ByteArrayOutputStream begun = new ByteArrayOutputStream();
        while (more()) {
            int from = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            if (begun.size() + at - from > MAX_BYTES) {
                throw new IOException(file + " is damaged: a line of it is longer than " + (MAX_BYTES >> 20) + " MiB");
            }
            begun.write(buffer, from, at - from);
            position += at - from;
            if (at < end) {
                at++;
                position++;
                return Optional.of(begun.toString(StandardCharsets.UTF_8));
            }
        }
        return begun.size() > 0 ? Optional.of(begun.toString(StandardCharsets.UTF_8)) : Optional.empty();
    }

    private boolean more() throws IOException {
        if (at == end) {
            at = 0;
            end = Math.max(0, in.read(buffer));
        }
        return end > 0;
    }

    /** Whether all bytes of a line were text: what is not UTF-8 was read as a sign that stands for anything. */
    public static boolean isText(String line) {
        return line.indexOf('\uFFFD') < 0;
    }

    /** Where the file has been read to. */
    public long position() {
        return position;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
