package sluice.ledger;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
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
import sluice.files.OneWriter;

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
    private final Appending appending;
    private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

    /** How bytes get to the end of a file. */
    @FunctionalInterface
    interface Appending {
        void write(FileChannel channel, ByteBuffer bytes) throws IOException;
    }

    LogFiles(Path file, long rotateBytes, int keep) {
        this(file, rotateBytes, keep, FileChannel::write);
    }

    LogFiles(Path file, long rotateBytes, int keep, Appending appending) {
        this.file = file;
        this.rotateBytes = rotateBytes;
        this.keep = keep;
        this.appending = appending;
        writer = new OneWriter(file);
    }

    @Override
    public void open() throws IOException {
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    }

    @Override
    public void write(List<UsageRecord> batch) throws IOException {
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
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
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            long before = channel.size();
            lines.reset();
            if (before > 0 && !endsWithLine(before)) {
                // A process that was killed left half a line; the next one must not be spoilt too.
                lines.write('\n');
            }
            int count = 0;
            while (count < batch.size() && before + lines.size() < rotateBytes) {
                lines.writeBytes(UsageLine.bytes(batch.get(count++)));
            }
            ByteBuffer bytes = ByteBuffer.wrap(lines.toByteArray());
            try {
                while (count > 0 && bytes.hasRemaining()) {
                    appending.write(channel, bytes);
                }
            } catch (IOException e) {
                channel.truncate(before); // nobody else has written behind it
                throw e;
            }
            return count;
        }
    }

    private boolean endsWithLine(long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            channel.read(last, size - 1);
            return last.get(0) == '\n';
        }
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
            Object newest = key(numbered(file, 1));
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
                complete = newest.equals(key(numbered(file, 1)));
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

    private static Object key(Path file) throws IOException {
        return Files.exists(file) ? Files.getAttribute(file, "unix:ino") : "none";
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
