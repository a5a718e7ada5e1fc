package sluice.server;

import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import sluice.api.JsonStrings;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;

/**
 * Usage as JSON lines in a file that is rotated by size. Requests put their records into a bounded queue without waking
 * anybody; one thread writes them out every half second, so that a killed process loses at most that. Nothing is dropped: if the
 * disk cannot follow and the queue is full, requests wait. Thread-safe.
 */
public final class LogUsageSink implements UsageSink {
    /** Provider of the name {@code log}. */
    public static final class Factory implements UsageSink.Factory {
        /** For the service loader. */
        public Factory() {
            // nothing to set up
        }

        @Override
        public String name() {
            return "log";
        }

        @Override
        public UsageSink create(Map<String, String> settings) {
            String path = settings.getOrDefault("path", "");
            if (path.isEmpty()) {
                return new Nowhere();
            }
            return new LogUsageSink(Path.of(path), Long.parseLong(settings.get("rotate")),
                    Integer.parseInt(settings.get("keep")));
        }
    }

    /** Where no file is named, the line of each request in the log has the tokens too. */
    private record Nowhere() implements UsageSink {
        @Override
        public void record(UsageRecord usage) {
            // there is nowhere to write it
        }

        @Override
        public void close() {
            // there is nothing to close
        }
    }

    /** A second of records at the highest rate that one process has been seen to serve. */
    private static final int QUEUE = 16 * 1024;

    private static final long FLUSH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Path file;
    private final long rotateBytes;
    private final int keep;
    private final BlockingQueue<UsageRecord> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Thread writer;
    private volatile boolean closing;

    private LogUsageSink(Path file, long rotateBytes, int keep) {
        this.file = file;
        this.rotateBytes = rotateBytes;
        this.keep = keep;
        writer = Thread.ofPlatform().daemon().name("sluice-usage").start(this::run);
    }

    @Override
    public void record(UsageRecord usage) {
        if (!queue.offer(usage)) {
            LockSupport.unpark(writer);
            try {
                queue.put(usage);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(writer);
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closing || !queue.isEmpty()) {
            try {
                writeFile();
            } catch (IOException e) {
                System.getLogger("sluice.server").log(System.Logger.Level.ERROR,
                        "usage.path: " + file + " cannot be written; usage waits in memory: " + e.getMessage());
                if (closing) {
                    return;
                }
                pause();
            }
        }
    }

    private void pause() {
        LockSupport.parkNanos(FLUSH_NANOS);
    }

    /** Writes until the file is full, or until the end. */
    private void writeFile() throws IOException {
        if (file.getParent() != null) {
            Files.createDirectories(file.getParent());
        }
        boolean cut = endsWithinALine();
        long size = Files.exists(file) ? Files.size(file) : 0;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE,
                StandardOpenOption.APPEND), 64 * 1024)) {
            if (cut) {
                out.write('\n');
                size++;
            }
            while (size < rotateBytes && (!closing || !queue.isEmpty())) {
                UsageRecord next = queue.poll();
                if (next == null) {
                    out.flush();
                    pause();
                } else {
                    byte[] line = line(next);
                    out.write(line);
                    size += line.length;
                }
            }
        }
        if (size >= rotateBytes) {
            rotate();
        }
    }

    /** Whether a process that was killed left half a line, which a next record must not continue. */
    private boolean endsWithinALine() throws IOException {
        try (RandomAccessFile last = new RandomAccessFile(file.toFile(), "r")) {
            if (last.length() == 0) {
                return false;
            }
            last.seek(last.length() - 1);
            return last.read() != '\n';
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    /** {@code usage.jsonl} becomes {@code usage.jsonl.1}, that one {@code .2}, and so on; the oldest goes. */
    private void rotate() throws IOException {
        for (int i = keep - 1; i >= 1; i--) {
            Path from = numbered(i);
            if (Files.exists(from)) {
                Files.move(from, numbered(i + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        if (keep > 0) {
            Files.move(file, numbered(1), StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.delete(file);
        }
    }

    private Path numbered(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    private static byte[] line(UsageRecord usage) {
        StringBuilder line = new StringBuilder(360);
        line.append("{\"time\":\"").append(Instant.ofEpochMilli(usage.epochMillis())).append('"');
        text(line, "request_id", usage.requestId());
        text(line, "client", usage.client());
        text(line, "account", usage.account());
        text(line, "route", usage.route());
        text(line, "model", usage.model());
        text(line, "upstream_model", usage.upstreamModel());
        text(line, "response_id", usage.responseId());
        line.append(",\"stream\":").append(usage.stream()).append(",\"status\":").append(usage.status());
        text(line, "error", usage.errorCode());
        line.append(",\"attempts\":").append(usage.attempts()).append(",\"resends\":").append(usage.resends())
                .append(",\"input_tokens\":").append(usage.usage().input())
                .append(",\"cached_tokens\":").append(usage.usage().cached())
                .append(",\"output_tokens\":").append(usage.usage().output())
                .append(",\"reasoning_tokens\":").append(usage.usage().reasoning())
                .append(",\"estimated\":").append(usage.usage().estimated())
                .append(",\"request_bytes\":").append(usage.requestBytes())
                .append(",\"duration_us\":").append(usage.durationNanos() / 1000)
                .append(",\"ttft_us\":").append(usage.firstOutputNanos() / 1000);
        return line.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void text(StringBuilder line, String name, String value) {
        line.append(",\"").append(name).append("\":");
        JsonStrings.appendQuoted(line, value);
    }
}
