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

/** Provider of the name {@code sqlite}: {@link SqliteStore} in the file of {@code usage.path}. */
public final class SqliteSinkFactory implements UsageSink.Factory {
    private static final Duration DAY = Duration.ofDays(1);

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
    public void check(Map<String, String> settings) {
        path(settings);
    }

    @Override
    public long read(Map<String, String> settings, long fromEpochMillis, long untilEpochMillis, Consumer<UsageRecord> reader)
            throws IOException {
        SqliteStore.read(path(settings), fromEpochMillis, untilEpochMillis, reader);
        return 0;
    }

    /** So many days, or so many rows. */
    @Override
    public Optional<Duration> lasts(Map<String, String> settings, long nowEpochMillis) throws IOException {
        Retention retention = Retention.of(settings);
        LongAdder rows = new LongAdder();
        read(settings, nowEpochMillis - DAY.toMillis(), nowEpochMillis, record -> rows.increment());
        if (rows.sum() == 0 || retention.keepsAll()) {
            return Optional.empty();
        }
        Duration byDays = retention.days() == 0 ? Duration.ofMillis(Long.MAX_VALUE) : Duration.ofDays(retention.days());
        Duration byRows = retention.rows() == 0 ? byDays : Duration.ofMinutes(DAY.toMinutes() * retention.rows() / rows.sum());
        return Optional.of(byRows.compareTo(byDays) < 0 ? byRows : byDays);
    }

    private static Path path(Map<String, String> settings) {
        String path = settings.getOrDefault("path", "");
        if (path.isEmpty()) {
            throw new IllegalArgumentException("modules.usage: sqlite needs usage.path, the database's file");
        }
        return Path.of(path);
    }
}
