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
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;

/**
 * A table in an SQLite database, one transaction for each batch. The request's id is the key, so that a batch that is written
 * again after a failure counts once. In write-ahead mode readers and the gateway do not wait for each other, and what was written
 * outlives a killed process. Confined to one thread; reading is for any.
 */
final class SqliteStore implements LedgerSink.Store {
    private static final int VERSION = 1;
    /** How long to wait for another program that writes, such as a backup. */
    private static final int BUSY_MILLIS = 5000;
    private static final String TABLE = """
            CREATE TABLE IF NOT EXISTS usage (
              request_id TEXT PRIMARY KEY, time_ms INTEGER NOT NULL, client TEXT NOT NULL, account TEXT NOT NULL,
              route TEXT NOT NULL, model TEXT NOT NULL, upstream_model TEXT NOT NULL, response_id TEXT NOT NULL,
              stream INTEGER NOT NULL, status INTEGER NOT NULL, error TEXT NOT NULL, attempts INTEGER NOT NULL,
              resends INTEGER NOT NULL, input_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL,
              output_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL, estimated INTEGER NOT NULL,
              request_bytes INTEGER NOT NULL, duration_us INTEGER NOT NULL, first_output_us INTEGER NOT NULL,
              cost_nanodollars INTEGER -- null: the model has no price
            ) STRICT, WITHOUT ROWID""";
    private static final String INSERT = "INSERT INTO usage VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING";

    private final Path file;
    private Optional<Connection> connection = Optional.empty();

    SqliteStore(Path file) {
        this.file = file;
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
        } catch (SQLException e) {
            // The next try begins with a connection of its own; closing this one undoes what was not committed.
            close();
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
                statement.execute("CREATE INDEX IF NOT EXISTS usage_time ON usage (time_ms)");
                statement.execute("PRAGMA user_version = " + VERSION);
            }
            opened.setAutoCommit(false);
        }
        return connection.get();
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
        return new UsageRecord(row.getString(1), row.getLong(2), row.getString(3), row.getString(4), row.getString(5),
                row.getString(6), row.getString(7), row.getString(8), row.getInt(9) != 0, row.getInt(10), row.getString(11),
                row.getInt(12), row.getInt(13), new TokenUsage(row.getLong(14), row.getLong(15), row.getLong(16), row.getLong(17),
                row.getInt(18) != 0), row.getLong(19), row.getLong(20) * 1000, row.getLong(21) * 1000, known);
    }
}
