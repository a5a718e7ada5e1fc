package sluice.ledger;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import sluice.api.UsageRecord;
import sluice.files.FileVersion;
import sluice.files.OneWriter;
import sluice.files.WholeLines;

/**
 * JSON lines in a file that is rotated by size: {@code usage.jsonl} becomes {@code usage.jsonl.1}, that one {@code .2}, and so on;
 * the oldest goes. While a restart hands over, two processes write to it, one at a time. Confined to one thread; reading is for any.
 */
final class LogFiles implements LedgerSink.Store {
    /** Most old files that there may be, by the configuration. */
    private static final int MAX_KEEP = 10_000;

    private final Path file;
    private final long rotateBytes;
    private final int keep;
    private final OneWriter writer;
    private final WholeLines.Appending appending;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

    LogFiles(Path file, long rotateBytes, int keep) {
        this(file, rotateBytes, keep, FileChannel::write);
    }

    LogFiles(Path file, long rotateBytes, int keep, WholeLines.Appending appending) {
        this.file = file;
        this.rotateBytes = rotateBytes;
        this.keep = keep;
        this.appending = appending;
        writer = new OneWriter(file);
    }

    @Override
    public void open() throws IOException {
        makeFolder();
        make();
    }

    private void makeFolder() throws IOException {
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
    }

    private void make() throws IOException {
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    }

    @Override
    public void write(List<UsageRecord> batch) throws IOException {
        makeFolder();
        writer.hold(() -> {
            while (!batch.isEmpty()) {
                batch.subList(0, writeFile(batch)).clear();
                if (!batch.isEmpty()) {
                    rotate();
                }
            }
        });
    }

    /** Writes as many as fit, all of them or none; returns how many. */
    private int writeFile(List<UsageRecord> batch) throws IOException {
        make();
        long before = Files.size(file);
        lines.reset();
        int count = 0;
        while (count < batch.size() && before + lines.size() < rotateBytes) {
            lines.writeBytes(UsageLine.bytes(batch.get(count++)));
        }
        if (count > 0) {
            WholeLines.append(file, lines.toByteArray(), appending);
        }
        return count;
    }

    private void rotate() throws IOException {
        for (int i = keep - 1; i >= 1; i--) {
            Path from = numbered(file, i);
            if (Files.exists(from)) {
                Files.move(from, numbered(file, i + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.move(file, numbered(file, 1), StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path numbered(Path file, int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    @Override
    public void close() {
        // each batch closes the file that it wrote
    }

    /** Reads all records, oldest file first; returns how many lines are none. */
    static long read(Path file, Consumer<UsageRecord> reader) throws IOException {
        long unreadable = 0;
        Deque<InputStream> files = open(file);
        try {
            while (!files.isEmpty()) {
                unreadable += readOne(files.getLast(), reader);
                files.removeLast();
            }
        } finally {
            for (InputStream open : files) {
                open.close();
            }
        }
        return unreadable;
    }

    /** All files, newest first; opened at once and again if a gateway has rotated them meanwhile, so that none comes twice. */
    private static Deque<InputStream> open(Path file) throws IOException {
        while (true) {
            Deque<InputStream> files = new ArrayDeque<>();
            String newest = FileVersion.of(numbered(file, 1)).key();
            boolean complete = false;
            try {
                for (int i = 0; i <= MAX_KEEP; i++) {
                    Path one = i == 0 ? file : numbered(file, i);
                    if (Files.exists(one)) {
                        files.addLast(Files.newInputStream(one));
                    } else if (i > 0) {
                        break;
                    }
                }
                complete = newest.equals(FileVersion.of(numbered(file, 1)).key());
            } catch (NoSuchFileException e) {
                // it was moved at this moment: begin again
            } finally {
                if (!complete) {
                    for (InputStream open : files) {
                        open.close();
                    }
                }
            }
            if (complete) {
                return files;
            }
        }
    }

    private static long readOne(InputStream file, Consumer<UsageRecord> reader) throws IOException {
        long unreadable = 0;
        try (BufferedReader in = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Optional<UsageRecord> record = line.isEmpty() ? Optional.empty() : UsageLine.parse(line);
                record.ifPresent(reader);
                unreadable += record.isEmpty() && !line.isEmpty() ? 1 : 0;
            }
        }
        return unreadable;
    }
}
