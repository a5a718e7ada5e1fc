package sluice.files;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file of text that is exchanged as a whole. Stateless; who calls it is the file's {@link OneWriter}. */
public final class WholeFile {
    private static final FileAttribute<?>[] OWNER_ONLY = {
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))};
    private static final FileAttribute<?>[] AS_USUAL = {};

    private WholeFile() {
    }

    /** What is to be in the file. */
    @FunctionalInterface
    public interface Content {
        /** Writes it. */
        void writeTo(Writer out) throws IOException;
    }

    /**
     * Writes beside the file and moves into its place, so that a crash leaves the old one or the new one. Only its owner may read it.
     *
     * @throws IOException if it cannot be written; then the old one is as it was
     */
    public static void write(Path file, Content content) throws IOException {
        write(file, content, channel -> { });
    }

    /**
     * The same, and the new one is on the disk before this returns: even a machine that fails has not forgotten it.
     *
     * @throws IOException if it cannot be written; then the old one is as it was
     */
    public static void writeThrough(Path file, Content content) throws IOException {
        write(file, content, channel -> channel.force(true));
    }

    private interface End {
        void of(FileChannel channel) throws IOException;
    }

    private static void write(Path file, Content content, End end) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        try {
            try (FileChannel channel = FileChannel.open(draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    attributes(draft)); Writer out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8))) {
                content.writeTo(out);
                out.flush();
                end.of(channel);
            }
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static FileAttribute<?>[] attributes(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix") ? OWNER_ONLY : AS_USUAL;
    }
}
