package sluice.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import sluice.api.SharedState.Counters;
import sluice.api.SharedState.Home;
import sluice.api.SharedState.Rest;
import sluice.files.Lines;
import sluice.files.WholeFile;

/**
 * Saved state as lines of text: a header with the version and the time, the secret of the keys, one line for each entry, and a
 * last line that shows that the file is whole. Keys are hashes; the names in it are those of accounts, of their models that rest,
 * and of sums. Stateless.
 *
 * <pre>
 * sluice-state 2 1767225600000
 * k 9e3779b97f4a7c15 d6e8feb86659fd93
 * s 9e3779b97f4a7c15 3600000 12800 0 main
 * o 1c69b3f74ac4ae35 d6e8feb86659fd93 29453760 0 main
 * r 1767225900000 1767232800000 USAGE_LIMIT ACCOUNT main
 * c 1767225600000 1769904000000 125000000 42 client%2Fteam-a
 * end 5
 * </pre>
 */
final class StateFile {
    private static final String HEADER = "sluice-state 2 ";
    private static final String OLD_HEADER = "sluice-state 1 ";
    private static final int HEX = 16;

    private StateFile() {
    }

    /** A line. */
    sealed interface Entry { }

    /** The secret with which keys are made. It comes first: whoever lacks it can do nothing with the rest. */
    record Secret(long k0, long k1) implements Entry { }

    /** A session and how long it is remembered still. */
    record Session(long key, long leftMillis, Home binding) implements Entry { }

    /** A stored object of a client, and when it was used last. */
    record Owner(long client, long key, int minute, boolean found, String account) implements Entry { }

    /** A rest. */
    record Resting(Rest rest) implements Entry { }

    /** A sum. */
    record Counter(String name, Counters.Window window, long sum, long changes) implements Entry { }

    /** Writes entries. */
    @FunctionalInterface
    interface Source {
        void writeTo(Consumer<Entry> receiver);
    }

    /** Receives entries as they are read. */
    @FunctionalInterface
    interface Reader {
        void entry(long savedEpochMillis, Entry entry);
    }

    /** Writes all entries, or leaves the file as it was. */
    static void write(Path file, long epochMillis, Source source) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try {
            WholeFile.write(file, out -> {
                long[] count = {0};
                out.write(HEADER + epochMillis + "\n");
                source.writeTo(entry -> {
                    try {
                        out.write(line(entry));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    count[0]++;
                });
                out.write("end " + count[0] + "\n");
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** An entry as a line, with its end. */
    static String line(Entry entry) {
        return switch (entry) {
            case Secret(long k0, long k1) -> "k " + Long.toHexString(k0) + " " + Long.toHexString(k1) + "\n";
            case Session(long key, long left, Home(String account, long cached, boolean strip)) ->
                    "s " + Long.toHexString(key) + " " + left + " " + cached + " " + (strip ? 1 : 0) + " " + name(account) + "\n";
            case Owner(long client, long key, int minute, boolean found, String account) -> "o " + Long.toHexString(client) + " "
                    + Long.toHexString(key) + " " + minute + " " + (found ? 1 : 0) + " " + name(account) + "\n";
            case Resting(Rest rest) -> "r " + rest.untilEpochMillis() + " " + rest.statedEpochMillis() + " " + rest.why() + " "
                    + rest.part().kind() + " " + name(rest.account()) + " " + name(rest.part().name()) + "\n";
            case Counter(String name, Counters.Window window, long sum, long changes) -> "c " + window.startEpochMillis() + " "
                    + window.endEpochMillis() + " " + sum + " " + changes + " " + name(name) + "\n";
        };
    }

    /**
     * Reads what {@link #write} wrote. A missing file has no entries, nor has one of the first version, whose keys had no secret.
     *
     * @throws IOException also if the file is of a later version, or damaged; entries before the damage have been given
     */
    static void read(Path file, Reader reader) throws IOException {
        try (Lines lines = new Lines(file, 0)) {
            String header = lines.next().orElse("");
            if (header.startsWith(OLD_HEADER)) {
                return;
            }
            if (!header.startsWith(HEADER)) {
                throw new IOException(file + ": not a state file of version 2");
            }
            long saved = Long.parseLong(header.substring(HEADER.length()));
            for (long count = 0; ; count++) {
                Optional<String> line = lines.next();
                if (line.isEmpty()) {
                    throw new IOException(file + ": ends after " + count + " entries");
                }
                if (line.get().equals("end " + count)) {
                    return;
                }
                reader.entry(saved, entry(line.get()));
            }
        } catch (NoSuchFileException e) {
            // The first start.
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException(file + ": damaged line", e);
        }
    }

    /** The secret of a file; empty if it has none, or cannot be read. */
    static Optional<Secret> secret(Path file) {
        try (Lines lines = new Lines(file, 0)) {
            return lines.next().filter(header -> header.startsWith(HEADER)).isPresent()
                    && entry(lines.next().orElse("")) instanceof Secret secret ? Optional.of(secret) : Optional.empty();
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.empty();
        }
    }

    /**
     * The entry of a line.
     *
     * @throws IllegalArgumentException or IndexOutOfBoundsException if it is none
     */
    static Entry entry(String line) {
        if (!Lines.isText(line)) {
            throw new IllegalArgumentException("no text");
        }
        String[] parts = line.split(" ", -1);
        return switch (parts[0]) {
            case "k" -> new Secret(hex(parts[1]), hex(parts[2]));
            case "s" -> new Session(hex(parts[1]), Long.parseLong(parts[2]),
                    new Home(text(parts[5]), Long.parseLong(parts[3]), parts[4].equals("1")));
            case "o" -> new Owner(hex(parts[1]), hex(parts[2]), Integer.parseInt(parts[3]), parts[4].equals("1"), text(parts[5]));
            case "r" -> new Resting(new Rest(text(parts[5]), new Rest.Part(Rest.Part.Kind.valueOf(parts[4]), text(parts[6])),
                    Rest.Why.valueOf(parts[3]), Long.parseLong(parts[1]), Long.parseLong(parts[2])));
            case "c" -> new Counter(text(parts[5]), new Counters.Window(Long.parseLong(parts[1]), Long.parseLong(parts[2])),
                    Long.parseLong(parts[3]), Long.parseLong(parts[4]));
            default -> throw new IllegalArgumentException(line);
        };
    }

    private static long hex(String text) {
        return Long.parseUnsignedLong(text, HEX);
    }

    private static String name(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String text(String name) {
        return URLDecoder.decode(name, StandardCharsets.UTF_8);
    }
}
