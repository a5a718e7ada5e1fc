package sluice.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;

/** Provider of the name {@code sqlite}: {@link SqliteStore} in the file of {@code usage.path}. */
public final class SqliteSinkFactory implements UsageSink.Factory {
    /** For the service loader. */
    public SqliteSinkFactory() {
        // nothing to set up
    }

    @Override
    public String name() {
        return "sqlite";
    }

    @Override
    public UsageSink create(Map<String, String> settings) {
        return new LedgerSink(new SqliteStore(path(settings), Retention.of(settings), System::currentTimeMillis));
    }

    @Override
    public long read(Map<String, String> settings, long fromEpochMillis, long untilEpochMillis, Consumer<UsageRecord> reader)
            throws IOException {
        SqliteStore.read(path(settings), fromEpochMillis, untilEpochMillis, reader);
        return 0;
    }

    private static Path path(Map<String, String> settings) {
        String path = settings.getOrDefault("path", "");
        if (path.isEmpty()) {
            throw new IllegalArgumentException("modules.usage: sqlite needs usage.path, the database's file");
        }
        return Path.of(path);
    }
}
