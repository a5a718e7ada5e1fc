package sluice.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Lines at the end of a file, all of them or none. Stateless; who calls it is the file's {@link OneWriter}. */
public final class WholeLines {
    private WholeLines() {
    }

    /** How bytes get to the end of a file; one call may write a part. */
    @FunctionalInterface
    public interface Appending {
        /** Writes on. */
        void write(FileChannel channel, ByteBuffer bytes) throws IOException;
    }

    /**
     * Appends lines to a file that is there. A killed process may have left half a line: that is ended before.
     *
     * @param lines with the ends of all lines
     * @return the file's length
     * @throws IOException if they cannot be written; then the file is as it was
     */
    public static long append(Path file, byte[] lines, Appending appending) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
            long before = channel.size();
            try {
                if (before > 0 && !endsWithLine(file, before)) {
                    writeAll(channel, new byte[] {'\n'}, appending);
                }
                writeAll(channel, lines, appending);
            } catch (IOException e) {
                channel.truncate(before); // nobody else has written behind it
                throw e;
            }
            return channel.size();
        }
    }

    private static void writeAll(FileChannel channel, byte[] lines, Appending appending) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(lines);
        while (bytes.hasRemaining()) {
            appending.write(channel, bytes);
        }
    }

    private static boolean endsWithLine(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            channel.read(last, size - 1);
            return last.get(0) == '\n';
        }
    }
}
