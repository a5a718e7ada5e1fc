package sluice.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;

/**
 * A table in an SQLite database, one transaction for each batch. The request's id is the key, so that a batch that is written
 * again after a failure counts once. In write-ahead mode readers and the gateway do not wait for each other, and what was written
 * outlives a killed process. Confined to one thread; reading is for any.
 */
final class SqliteStore implements LedgerSink.Store {
    private static final int VERSION = 2;
    /** How long to wait for another program that writes, such as a backup. */
    private static final int BUSY_MILLIS = 5000;
    private static final int PRUNED_AT_ONCE = 5000;
    private static final long PRUNE_EVERY_MILLIS = 60 * 60 * 1000L;
    private static final String TABLE = """
            CREATE TABLE IF NOT EXISTS usage (
              request_id TEXT PRIMARY KEY, time_ms INTEGER NOT NULL, client TEXT NOT NULL, account TEXT NOT NULL,
              route TEXT NOT NULL, model TEXT NOT NULL, upstream_model TEXT NOT NULL, response_id TEXT NOT NULL,
              stream INTEGER NOT NULL, status INTEGER NOT NULL, error TEXT NOT NULL, attempts INTEGER NOT NULL,
              resends INTEGER NOT NULL, input_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL,
              output_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL, estimated INTEGER NOT NULL,
              request_bytes INTEGER NOT NULL, duration_us INTEGER NOT NULL, first_output_us INTEGER NOT NULL,
              cost_nanodollars INTEGER, -- null: the model has no price
              team TEXT NOT NULL DEFAULT '', session INTEGER NOT NULL DEFAULT 0, tier TEXT NOT NULL DEFAULT '',
              cache_write_tokens INTEGER NOT NULL DEFAULT 0
            ) STRICT, WITHOUT ROWID""";
    /** What version 1 did not have. */
    private static final List<String> SINCE_VERSION_2 = List.of("team TEXT NOT NULL DEFAULT ''", "session INTEGER NOT NULL DEFAULT 0",
            "tier TEXT NOT NULL DEFAULT ''", "cache_write_tokens INTEGER NOT NULL DEFAULT 0");
    private static final String INSERT = "INSERT INTO usage VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
            + " ON CONFLICT DO NOTHING";

    private final Path file;
    private Optional<Connection> connection = Optional.empty();

    private final Retention retention;
    private final LongSupplier epochMillis;
    private long pruneAtMillis;

    SqliteStore(Path file, Retention retention, LongSupplier epochMillis) {
        this.file = file;
        this.retention = retention;
        this.epochMillis = epochMillis;
    }

    @Override
    public void open() throws IOException {
        try {
            connection();
        } catch (SQLException e) {
            close();
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void write(List<UsageRecord> batch) throws IOException {
        try {
            Connection open = connection();
            try (PreparedStatement insert = open.prepareStatement(INSERT)) {
                for (UsageRecord record : batch) {
                    fill(insert, record);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            open.commit();
            batch.clear();
            prune(open);
        } catch (SQLException e) {
            // The next try begins with a connection of its own; closing this one undoes what was not committed.
            close();
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** A few rows after each batch once an hour has begun, until none is too old: a batch never waits for many. */
    private void prune(Connection open) throws SQLException {
        long now = epochMillis.getAsLong();
        if (!retention.keepsAll() && now >= pruneAtMillis) {
            int gone = delete(open, retention, now, PRUNED_AT_ONCE);
            open.commit();
            pruneAtMillis = gone < PRUNED_AT_ONCE ? now + PRUNE_EVERY_MILLIS : now;
        }
    }

    private static int delete(Connection open, Retention retention, long now, long most) throws SQLException {
        try (PreparedStatement delete = open.prepareStatement("""
                DELETE FROM usage WHERE request_id IN (SELECT request_id FROM usage
                  WHERE time_ms < ?1
                    OR ?2 > 0 AND time_ms < coalesce((SELECT time_ms FROM usage ORDER BY time_ms DESC LIMIT 1 OFFSET ?2 - 1), 0)
                  ORDER BY time_ms LIMIT ?3)""")) {
            delete.setLong(1, retention.oldestEpochMillis(now));
            delete.setLong(2, retention.rows());
            delete.setLong(3, most);
            return delete.executeUpdate();
        }
    }

    /** Takes away all that is not kept, and gives its room back to the file system; returns the number of rows. */
    static int prune(Path file, Retention retention, long now) throws IOException {
        try (Connection open = open(file); Statement statement = open.createStatement()) {
            int gone = retention.keepsAll() ? 0 : delete(open, retention, now, Long.MAX_VALUE);
            statement.execute("VACUUM");
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
            return gone;
        } catch (SQLException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private Connection connection() throws SQLException, IOException {
        if (connection.isEmpty()) {
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent());
            }
            Connection opened = open(file);
            connection = Optional.of(opened);
            try (Statement statement = opened.createStatement()) {
                statement.execute("PRAGMA journal_mode = WAL");
                statement.execute("PRAGMA synchronous = NORMAL");
                statement.execute(TABLE);
                upgrade(statement);
                statement.execute("CREATE INDEX IF NOT EXISTS usage_time ON usage (time_ms)");
                statement.execute("PRAGMA user_version = " + VERSION);
            }
            opened.setAutoCommit(false);
        }
        return connection.get();
    }

    /** A table that an older version made gets the columns that it lacks; their defaults are what was true then. */
    private static void upgrade(Statement statement) throws SQLException {
        try (ResultSet columns = statement.executeQuery("SELECT count(*) FROM pragma_table_info('usage') WHERE name = 'team'")) {
            if (columns.getInt(1) > 0) {
                return;
            }
        }
        for (String column : SINCE_VERSION_2) {
            statement.execute("ALTER TABLE usage ADD COLUMN " + column);
        }
    }

    private static Connection open(Path file) throws SQLException {
        Connection opened = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = opened.createStatement()) {
            statement.execute("PRAGMA busy_timeout = " + BUSY_MILLIS);
        }
        return opened;
    }

    private static void fill(PreparedStatement insert, UsageRecord record) throws SQLException {
        String[] texts = {record.requestId(), "", record.client(), record.account(), record.route(), record.model(),
            record.upstreamModel(), record.responseId()};
        for (int i = 0; i < texts.length; i++) {
            insert.setString(i + 1, texts[i]);
        }
        insert.setLong(2, record.epochMillis());
        insert.setInt(9, record.stream() ? 1 : 0);
        insert.setInt(10, record.status());
        insert.setString(11, record.errorCode());
        long[] numbers = {record.attempts(), record.resends(), record.usage().input(), record.usage().cached(),
            record.usage().output(), record.usage().reasoning(), record.usage().estimated() ? 1 : 0, record.requestBytes(),
            record.durationNanos() / 1000, record.firstOutputNanos() / 1000};
        for (int i = 0; i < numbers.length; i++) {
            insert.setLong(12 + i, numbers[i]);
        }
        if (record.costNanoDollars().isPresent()) {
            insert.setLong(22, record.costNanoDollars().getAsLong());
        } else {
            insert.setNull(22, Types.INTEGER);
        }
        insert.setString(23, record.team());
        insert.setLong(24, record.who().session());
        insert.setString(25, record.tier());
        insert.setLong(26, record.usage().cacheWrite());
    }

    @Override
    public void close() throws IOException {
        if (connection.isPresent()) {
            Connection open = connection.get();
            connection = Optional.empty();
            try {
                open.close();
            } catch (SQLException e) {
                throw new IOException(file + ": " + e.getMessage(), e);
            }
        }
    }

    /** Reads the records of a time, by time; none if the file is not there yet. */
    static void read(Path file, long fromEpochMillis, long untilEpochMillis, Consumer<UsageRecord> reader) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (Connection connection = open(file); PreparedStatement select = connection.prepareStatement(
                "SELECT * FROM usage WHERE time_ms >= ? AND time_ms < ? ORDER BY time_ms")) {
            select.setLong(1, fromEpochMillis);
            select.setLong(2, untilEpochMillis);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    reader.accept(record(rows));
                }
            }
        } catch (SQLException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static UsageRecord record(ResultSet row) throws SQLException {
        long cost = row.getLong(22);
        OptionalLong known = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(cost);
        boolean old = row.getMetaData().getColumnCount() < 26;
        return new UsageRecord(row.getString(1), new UsageRecord.Times(row.getLong(2), row.getLong(20) * 1000, row.getLong(21) * 1000),
                new UsageRecord.Who(row.getString(3), old ? "" : row.getString(23), old ? 0 : row.getLong(24)),
                new UsageRecord.Asked(row.getString(5), row.getString(6), old ? "" : row.getString(25), row.getInt(9) != 0,
                        row.getLong(19)),
                new UsageRecord.Served(row.getString(4), row.getString(7), row.getInt(12), row.getInt(13)),
                new UsageRecord.Result(row.getString(8), row.getInt(10), row.getString(11)),
                new UsageRecord.Charge(new TokenUsage(row.getLong(14), row.getLong(15), old ? 0 : row.getLong(26), row.getLong(16),
                        row.getLong(17), row.getInt(18) != 0), known));
    }
}
