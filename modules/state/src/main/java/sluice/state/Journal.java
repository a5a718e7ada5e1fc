package sluice.state;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;
import sluice.files.Lines;
import sluice.files.WritingThread;

/**
 * Sums that have changed since the state was saved, one line for each change, written by a thread of its own as soon as it gets
 * to it. A line holds the whole sum and how often it was changed, so that lines can be read in any order and twice. Before each save
 * a new file is begun, and those from before are deleted after it: at no moment is a sum in no file. Thread-safe.
 */
final class Journal implements AutoCloseable {
    private static final String ENDING = ".sums-";

    private final Path state;
    private final Queue<LocalCounters.Sum> changed = new ConcurrentLinkedQueue<>();
    private final WritingThread writer = new WritingThread("sluice-state-sums", this::run);
    /** The file that is written to; a save moves it on. */
    private volatile long number;
    private volatile boolean failing;

    Journal(Path state) {
        this.state = state;
    }

    /** Reads all files that there are. What was cut off in the middle of a line is lost, and nothing else. */
    void restore(Consumer<StateFile.Counter> receiver) throws IOException {
        for (Path file : files()) {
            number = Math.max(number, numberOf(file) + 1);
            try (Lines lines = new Lines(file, 0)) {
                for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                    restore(line.get(), receiver);
                }
            }
        }
    }

    private static void restore(String line, Consumer<StateFile.Counter> receiver) {
        try {
            if (line.startsWith("c ") && line.endsWith(".")
                    && StateFile.entry(line.substring(0, line.length() - 2)) instanceof StateFile.Counter counter) {
                receiver.accept(counter);
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            // A half line, or two that ran into each other.
        }
    }

    void start() {
        writer.start();
    }

    /** A sum has changed. */
    void changed(LocalCounters.Sum sum) {
        changed.add(sum);
        writer.wake();
    }

    /** From now on another file is written to; gives its number, for {@link #forgetBefore}. */
    long begin() {
        return ++number;
    }

    /**
     * The state is saved with all that stands in earlier files. The one just before is kept for another round, for the writer may
     * have been about to write to it when {@link #begin} was called.
     */
    void forgetBefore(long begun) throws IOException {
        for (Path file : files()) {
            if (numberOf(file) < (writer.isClosing() ? begun : begun - 1)) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void run() {
        while (!writer.isClosing()) {
            if (changed.isEmpty()) {
                writer.sleep();
            } else {
                write();
            }
        }
        write();
    }

    private void write() {
        StringBuilder lines = new StringBuilder();
        Path file = file(number);
        for (LocalCounters.Sum sum = changed.poll(); sum != null; sum = changed.poll()) {
            sum.told.set(false);
            lines.append(StateFile.line(sum.written()).stripTrailing()).append(" .\n");
        }
        if (lines.isEmpty()) {
            return;
        }
        try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            out.append(lines);
            failing = false;
        } catch (IOException e) {
            // The next save writes them.
            if (!failing) {
                failing = true;
                System.getLogger("sluice.state").log(System.Logger.Level.WARNING, "state.path: sums could not be written: " + e);
            }
        }
    }

    private Path file(long n) {
        return state.resolveSibling(state.getFileName() + ENDING + n);
    }

    private long numberOf(Path file) {
        String name = file.getFileName().toString();
        try {
            return Long.parseLong(name.substring(name.lastIndexOf(ENDING) + ENDING.length()));
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE; // none of ours
        }
    }

    private List<Path> files() throws IOException {
        Path folder = state.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.getFileName().toString().startsWith(state.getFileName() + ENDING))
                    .filter(file -> numberOf(file) < Long.MAX_VALUE).sorted().toList();
        }
    }

    /** Writes what is left. */
    @Override
    public void close() {
        writer.close();
    }
}
