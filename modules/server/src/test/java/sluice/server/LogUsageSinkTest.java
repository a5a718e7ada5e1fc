package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;

class LogUsageSinkTest {
    @TempDir
    Path folder;

    @Test
    void writesEveryRecordOnceInOrderOverAllFiles() throws IOException {
        try (UsageSink sink = sink(Map.of("path", folder.resolve("usage.jsonl").toString(), "rotate", "4096", "keep", "100"))) {
            for (int i = 0; i < 1000; i++) {
                sink.record(record(i));
            }
        }

        List<String> lines = new ArrayList<>();
        int files = 0;
        for (int i = 100; i >= 0; i--) {
            Path file = folder.resolve(i == 0 ? "usage.jsonl" : "usage.jsonl." + i);
            if (Files.exists(file)) {
                lines.addAll(Files.readAllLines(file));
                files++;
                assertTrue(Files.size(file) < 4096 + 1000, "a file ends with the line that filled it");
            }
        }
        assertTrue(files > 50, "rotated: " + files);
        assertEquals(1000, lines.size());
        for (int i = 0; i < 1000; i++) {
            assertTrue(lines.get(i).contains("\"request_id\":\"req_" + i + "\""), lines.get(i));
        }
    }

    @Test
    void beginsANewLineBehindHalfALineOfAProcessThatWasKilled() throws IOException {
        Path file = folder.resolve("usage.jsonl");
        for (String before : List.of("{\"request_id\":\"whole\"}\n", "{\"request_id\":\"who", "")) {
            Files.writeString(file, before);
            try (UsageSink sink = sink(Map.of("path", file.toString(), "rotate", "4096", "keep", "1"))) {
                sink.record(record(7));
            }
            List<String> lines = Files.readAllLines(file);
            assertEquals(before.isEmpty() ? 1 : 2, lines.size(), lines.toString());
            assertTrue(lines.getLast().startsWith("{") && lines.getLast().contains("\"request_id\":\"req_7\""), lines.toString());
        }
    }

    @Test
    void keepsAsManyOldFilesAsItIsTold() throws IOException {
        try (UsageSink sink = sink(Map.of("path", folder.resolve("usage.jsonl").toString(), "rotate", "1024", "keep", "2"))) {
            for (int i = 0; i < 100; i++) {
                sink.record(record(i));
            }
        }

        assertTrue(Files.exists(folder.resolve("usage.jsonl.2")));
        assertFalse(Files.exists(folder.resolve("usage.jsonl.3")));
    }

    @Test
    void takesTheSettingsThatAConfigurationGives() throws IOException {
        Path file = folder.resolve("sluice.yaml");
        Files.writeString(file, "accounts: [{name: a, base-url: 'http://127.0.0.1:1/v1', api-key: k}]\nusage: {path: u.jsonl}\n");
        LoadResult.Loaded loaded = (LoadResult.Loaded) ConfigurationLoader.ofThisProcess().load(file);
        try (UsageSink sink = sink(loaded.configuration().usage().sink())) {
            sink.record(record(1));
        }

        assertEquals(1, Files.readAllLines(folder.resolve("u.jsonl")).size());
    }

    private static UsageSink sink(Map<String, String> settings) {
        return new LogUsageSink.Factory().create(settings);
    }

    private static UsageRecord record(int number) {
        return new UsageRecord("req_" + number, 1_700_000_000_000L + number, "team", "main", "POST /v1/responses", "gpt-5", "gpt-5",
                "resp_1", true, 200, "", 1, 0, new TokenUsage(10, 2, 5, 1, false), 100, 1_000_000, 500_000);
    }
}
