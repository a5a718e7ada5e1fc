package sluice.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;

/** Provider of the name {@code log}: {@link LogFiles}, or nothing where no file is named. */
public final class LogSinkFactory implements UsageSink.Factory {
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
