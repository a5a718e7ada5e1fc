package sluice.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;

/** Provider of the name {@code log}: {@link LogFiles}, or nothing where no file is named. */
public final class LogSinkFactory implements UsageSink.Factory {
    private static final Duration DAY = Duration.ofDays(1);

    /** For the service loader. */
    public LogSinkFactory() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "log";
    }

    @Override
    public UsageSink create(Map<String, String> settings) {
        String path = settings.getOrDefault("path", "");
        return path.isEmpty() ? new Nowhere() : new LedgerSink(new LogFiles(Path.of(path), Long.parseLong(settings.get("rotate")),
                Integer.parseInt(settings.get("keep"))));
    }

    @Override
    public long read(Map<String, String> settings, long fromEpochMillis, long untilEpochMillis, Consumer<UsageRecord> reader)
            throws IOException {
        String path = settings.getOrDefault("path", "");
        return path.isEmpty() ? 0 : LogFiles.read(Path.of(path), record -> {
            if (record.epochMillis() >= fromEpochMillis && record.epochMillis() < untilEpochMillis) {
                reader.accept(record);
            }
        });
    }

    /** The file and those that were rotated hold so many bytes. */
    @Override
    public Optional<Duration> lasts(Map<String, String> settings, long nowEpochMillis) throws IOException {
        if (settings.getOrDefault("path", "").isEmpty()) {
            return Optional.empty();
        }
        LongAdder bytes = new LongAdder();
        read(settings, nowEpochMillis - DAY.toMillis(), nowEpochMillis, record -> bytes.add(UsageLine.bytes(record).length));
        double days = Double.parseDouble(settings.get("rotate")) * (Long.parseLong(settings.get("keep")) + 1) / bytes.sum();
        return bytes.sum() == 0 ? Optional.empty() : Optional.of(Duration.ofMinutes(Math.round(days * DAY.toMinutes())));
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
}
