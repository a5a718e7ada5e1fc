package sluice.ledger;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;
import sluice.files.WholeLines;

class LedgerTest {
    @TempDir
    private Path folder;

    private static List<UsageRecord> read(String name, Path file) throws IOException {
        List<UsageRecord> found = new ArrayList<>();
        assertEquals(0, Records.factory(name).read(Records.settings(file, 1 << 20, 5), 0, Long.MAX_VALUE, found::add));
        return found;
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "sqlite"})
    void keepsEveryRecordAsItWas(String name) throws IOException {
        Path file = folder.resolve("deep/down/usage");
        List<UsageRecord> records = new ArrayList<>(IntStream.range(0, LedgerSink.QUEUE * 2).mapToObj(Records::of).toList());
        records.add(new UsageRecord("req_odd", new UsageRecord.Times(Records.TIME + 1_000_000, 0, 0),
                new UsageRecord.Who("", "", 0), new UsageRecord.Asked("other", "a \"model\"\n\u0001🙂", "", false, 0),
                new UsageRecord.Served("", "", 0, 3), new UsageRecord.Result("", 499, "client_gone"),
                new UsageRecord.Charge(TokenUsage.estimate(7, 1), OptionalLong.empty())));
        UsageSink sink = Records.factory(name).create(Records.settings(file, 1 << 30, 5));
        try (sink) {
            records.forEach(sink::record);
        }

        List<UsageRecord> found = read(name, file);
        // A disk that does not follow for a second makes the sink count a record as lost, and the machine may be slow.
        assertEquals(records.size(), found.size() + sink.lost());
        records.retainAll(new HashSet<>(found));
        assertEquals(records, found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "sqlite"})
    void readsOnlyTheTimeThatIsWanted(String name) throws IOException {
        Path file = folder.resolve("usage");
        try (UsageSink sink = Records.factory(name).create(Records.settings(file, 1 << 20, 5))) {
            IntStream.range(0, 10).mapToObj(Records::of).forEach(sink::record);
        }
        List<UsageRecord> found = new ArrayList<>();
        Records.factory(name).read(Records.settings(file, 1 << 20, 5), Records.TIME + 2, Records.TIME + 5, found::add);

        assertEquals(IntStream.range(2, 5).mapToObj(Records::of).toList(), found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "sqlite"})
    void continuesWhatAFormerProcessKept(String name) throws IOException {
        Path file = folder.resolve("usage");
        for (int i = 0; i < 3; i++) {
            try (UsageSink sink = Records.factory(name).create(Records.settings(file, 1 << 20, 5))) {
                sink.record(Records.of(i));
            }
        }

        assertEquals(IntStream.range(0, 3).mapToObj(Records::of).toList(), read(name, file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "sqlite"})
    void saysWhatIsLostWhereNothingCanBeWritten(String name) throws IOException {
        Path file = Files.createFile(folder.resolve("no-folder")).resolve("usage");
        UsageSink sink = Records.factory(name).create(Records.settings(file, 1 << 20, 5));
        sink.record(Records.of(1));
        sink.record(Records.of(2));
        sink.close();

        assertEquals(2, sink.lost());
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "sqlite"})
    void recordsThatWaitForADiskCountAsLostUntilItTakesThem(String name) throws IOException {
        Path blocked = Files.createFile(folder.resolve("blocked"));
        try (UsageSink sink = Records.factory(name).create(Records.settings(blocked.resolve("usage"), 1 << 20, 5))) {
            sink.record(Records.of(1));
            while (sink.lost() != 1) {
                Thread.onSpinWait();
            }
            Files.delete(blocked);
            while (sink.lost() != 0) {
                Thread.onSpinWait();
            }
        }
        List<UsageRecord> kept = new ArrayList<>();
        Records.factory(name).read(Records.settings(blocked.resolve("usage"), 1 << 20, 5), 0, Long.MAX_VALUE, kept::add);
        assertEquals(1, kept.size());
    }

    @Test
    void rotatesFilesAndKeepsAsManyAsItIsTold() throws IOException {
        Path file = folder.resolve("usage.jsonl");
        try (UsageSink sink = Records.factory("log").create(Records.settings(file, 4096, 3))) {
            IntStream.range(0, 1000).mapToObj(Records::of).forEach(sink::record);
        }

        assertTrue(Files.exists(folder.resolve("usage.jsonl.3")));
        assertFalse(Files.exists(folder.resolve("usage.jsonl.4")));
        assertTrue(Files.size(folder.resolve("usage.jsonl.1")) >= 4096);
        assertTrue(Files.size(folder.resolve("usage.jsonl.1")) < 4096 + 600, "a file ends with the line that filled it");
        List<UsageRecord> left = read("log", file);
        assertEquals(IntStream.range(1000 - left.size(), 1000).mapToObj(Records::of).toList(), left);
    }

    @Test
    void aHalfLineOfAKilledProcessSpoilsNoOther() throws IOException {
        Path file = folder.resolve("usage.jsonl");
        Files.write(file, UsageLine.bytes(Records.of(0)));
        Files.writeString(file, "{\"time\":\"2023-11-14T22:13:20Z\",\"request_id\":\"re", StandardOpenOption.APPEND);
        try (UsageSink sink = Records.factory("log").create(Records.settings(file, 1 << 20, 5))) {
            sink.record(Records.of(1));
        }
        List<UsageRecord> found = new ArrayList<>();

        assertEquals(1, new LogSinkFactory().read(Map.of("path", file.toString()), 0, Long.MAX_VALUE, found::add));
        assertEquals(List.of(Records.of(0), Records.of(1)), found);
    }

    @Test
    void aFullDiskTakesNoLineThatAnotherProcessWroteMeanwhile() throws Exception {
        Path file = folder.resolve("usage.jsonl");
        List<UsageRecord> ofOther = new ArrayList<>(List.of(Records.of(1)));
        Thread other = Thread.ofPlatform().unstarted(() -> assertDoesNotThrow(() -> new LogFiles(file, 1 << 20, 5).write(ofOther)));
        WholeLines.Appending half = (channel, bytes) -> {
            channel.write(bytes.slice(0, bytes.remaining() / 2));
            other.start();
            while (other.getState() != Thread.State.TERMINATED && other.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait(); // it has written, or waits until it may
            }
            throw new IOException("No space left on device");
        };
        List<UsageRecord> batch = new ArrayList<>(List.of(Records.of(0)));
        assertThrows(IOException.class, () -> new LogFiles(file, 1 << 20, 5, half).write(batch));
        other.join();
        new LogFiles(file, 1 << 20, 5).write(batch);

        assertEquals(List.of(Records.of(1), Records.of(0)), read("log", file));
        assertTrue(ofOther.isEmpty());
    }

    @Test
    void twoProcessesRotateOneFileAndLoseNothing() throws Exception {
        Path file = folder.resolve("usage.jsonl");
        List<Thread> writers = IntStream.range(0, 2).mapToObj(half -> Thread.ofPlatform().start(() -> {
            LogFiles files = new LogFiles(file, 4096, 1000);
            for (int i = half * 500; i < half * 500 + 500; i++) {
                List<UsageRecord> one = new ArrayList<>(List.of(Records.of(i)));
                assertDoesNotThrow(() -> files.write(one));
            }
        })).toList();
        for (Thread writer : writers) {
            writer.join();
        }

        assertEquals(IntStream.range(0, 1000).mapToObj(Records::of).toList(),
                read("log", file).stream().sorted(Comparator.comparingLong(UsageRecord::epochMillis)).toList());
    }

    @Test
    void aRequestCountsOnceInADatabase() throws IOException {
        Path file = folder.resolve("usage.db");
        try (UsageSink sink = Records.factory("sqlite").create(Records.settings(file, 1 << 20, 5))) {
            sink.record(Records.of(1));
            sink.record(Records.of(1));
        }
        try (UsageSink sink = Records.factory("sqlite").create(Records.settings(file, 1 << 20, 5))) {
            sink.record(Records.of(1));
        }

        assertEquals(List.of(Records.of(1)), read("sqlite", file));
    }

    @Test
    void keepsNothingWhereNoFileIsNamed() throws IOException {
        try (UsageSink sink = new LogSinkFactory().create(Map.of())) {
            sink.record(Records.of(1));
            assertEquals(0, sink.lost());
        }
        assertEquals(0, new LogSinkFactory().read(Map.of(), 0, Long.MAX_VALUE, record -> {
            throw new AssertionError(record);
        }));
    }

    @Test
    void readsLinesOfAnOlderVersion() throws IOException {
        Path file = folder.resolve("usage.jsonl");
        Files.writeString(file, """
                {"time":"2023-11-14T22:13:20Z","request_id":"r","client":"c","account":"a","route":"POST /v1/responses","model":"m",\
                "upstream_model":"m","response_id":"resp","stream":true,"status":200,"error":"","attempts":1,"resends":0,\
                "input_tokens":10,"cached_tokens":2,"output_tokens":5,"reasoning_tokens":1,"estimated":false,"request_bytes":100,\
                "duration_us":1000,"first_output_us":500,"cost_nanodollars":7}
                """);

        UsageRecord found = read("log", file).getFirst();
        assertEquals(new UsageRecord.Who("c", "", 0), found.who());
        assertEquals(new TokenUsage(10, 2, 0, 5, 1, false), found.usage());
        assertEquals("", found.tier());
    }

    @Test
    void readsAndContinuesADatabaseOfAnOlderVersion() throws Exception {
        Path file = folder.resolve("usage.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    CREATE TABLE usage (request_id TEXT PRIMARY KEY, time_ms INTEGER NOT NULL, client TEXT NOT NULL,
                      account TEXT NOT NULL, route TEXT NOT NULL, model TEXT NOT NULL, upstream_model TEXT NOT NULL,
                      response_id TEXT NOT NULL, stream INTEGER NOT NULL, status INTEGER NOT NULL, error TEXT NOT NULL,
                      attempts INTEGER NOT NULL, resends INTEGER NOT NULL, input_tokens INTEGER NOT NULL,
                      cached_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL,
                      estimated INTEGER NOT NULL, request_bytes INTEGER NOT NULL, duration_us INTEGER NOT NULL,
                      first_output_us INTEGER NOT NULL, cost_nanodollars INTEGER) STRICT, WITHOUT ROWID""");
            statement.execute("INSERT INTO usage VALUES ('old',1,'c','a','r','m','m','resp',1,200,'',1,0,10,2,5,1,0,100,1000,500,7)");
        }
        assertEquals("", read("sqlite", file).getFirst().team());

        try (UsageSink sink = Records.factory("sqlite").create(Records.settings(file, 1 << 20, 5))) {
            sink.record(Records.of(1));
        }
        List<UsageRecord> found = read("sqlite", file);
        assertEquals(List.of("old", "req_1"), found.stream().map(UsageRecord::requestId).toList());
        assertEquals(Records.of(1), found.getLast());
    }

    @Test
    void aDatabaseKeepsTheNewestRowsAndNoneThatAreTooOld() throws IOException {
        Path file = folder.resolve("usage.db");
        long now = Records.TIME + 100;
        List<UsageRecord> batch = new ArrayList<>(IntStream.range(0, 100).mapToObj(Records::of).toList());
        try (SqliteStore store = new SqliteStore(file, new Retention(0, 10), () -> now)) {
            store.write(batch);
        }
        assertEquals(IntStream.range(90, 100).mapToObj(Records::of).toList(), read("sqlite", file));

        assertEquals(0, SqliteStore.prune(file, new Retention(1, 0), now));
        assertEquals(10, SqliteStore.prune(file, new Retention(1, 0), now + 86_400_001L));
        assertEquals(List.of(), read("sqlite", file));
    }
}
