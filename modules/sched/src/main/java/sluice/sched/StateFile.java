package sluice.sched;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import sluice.api.Binding;

/**
 * Saved state as lines of text: a header with the version, one line for each entry, and a last line that shows that the file is
 * whole. Keys are hashes; the only names in it are those of accounts. Stateless.
 *
 * <pre>
 * sluice-state 1 1767225600000
 * s 9e3779b97f4a7c15 3600000 12800 0 main
 * o d6e8feb86659fd93 1200000 main
 * end 2
 * </pre>
 */
final class StateFile {
    private static final String HEADER = "sluice-state 1 ";
    private static final int HEX = 16;

    private StateFile() {
    }

    /** A line. */
    sealed interface Entry {
        /** Until it is forgotten. */
        long leftMillis();
    }

    /** A session's binding. */
    record Session(long key, long leftMillis, Binding binding) implements Entry { }

    /** An owner of a response. */
    record Owner(long key, long leftMillis, String account) implements Entry { }

    /** Receives entries as they are read. */
    @FunctionalInterface
    interface Reader {
        void entry(long savedEpochMillis, Entry entry);
    }

    /** Writes beside the file and moves into its place, so that a crash leaves the old one or the new one. */
    static void write(Path file, long epochMillis, List<Entry> entries) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path draft = Files.createTempFile(folder, file.getFileName().toString(), ".draft");
        try {
            try (Writer out = Files.newBufferedWriter(draft, StandardCharsets.UTF_8)) {
                out.write(HEADER + epochMillis + "\n");
                for (Entry entry : entries) {
                    out.write(line(entry));
                }
                out.write("end " + entries.size() + "\n");
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static String line(Entry entry) {
        return switch (entry) {
            case Session(long key, long left, Binding(String account, long cached, boolean strip)) ->
                    "s " + Long.toHexString(key) + " " + left + " " + cached + " " + (strip ? 1 : 0) + " " + account + "\n";
            case Owner(long key, long left, String account) -> "o " + Long.toHexString(key) + " " + left + " " + account + "\n";
        };
    }

    /**
     * Reads what {@link #write} wrote; a missing file has no entries.
     *
     * @throws IOException also if the file is of another version, or damaged; entries before the damage have been given
     */
    static void read(Path file, Reader reader) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            String header = in.readLine();
            if (header == null || !header.startsWith(HEADER)) {
                throw new IOException(file + ": not a state file of version 1");
            }
            long saved = Long.parseLong(header.substring(HEADER.length()));
            long count = 0;
            for (String line = in.readLine(); ; line = in.readLine()) {
                if (line == null) {
                    throw new IOException(file + ": ends after " + count + " entries");
                }
                if (line.equals("end " + count)) {
                    return;
                }
                reader.entry(saved, entry(line));
                count++;
            }
        } catch (NoSuchFileException e) {
            // The first start.
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException(file + ": damaged line", e);
        }
    }

    private static Entry entry(String line) {
        if (line.startsWith("s ")) {
            String[] parts = line.split(" ", 6);
            return new Session(Long.parseUnsignedLong(parts[1], HEX), Long.parseLong(parts[2]),
                    new Binding(parts[5], Long.parseLong(parts[3]), parts[4].equals("1")));
        }
        if (line.startsWith("o ")) {
            String[] parts = line.split(" ", 4);
            return new Owner(Long.parseUnsignedLong(parts[1], HEX), Long.parseLong(parts[2]), parts[3]);
        }
        throw new IllegalArgumentException(line);
    }
}
