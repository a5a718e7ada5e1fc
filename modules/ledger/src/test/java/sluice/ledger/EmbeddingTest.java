package sluice.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;

class EmbeddingTest {
    @TempDir
    private Path folder;

    @Test
    void runsTheProgramOfTheReadme() throws Exception {
        String path = folder.resolve("usage.db").toString();
        // readme
        var settings = Map.of("path", path);
        var sqlite = new SqliteSinkFactory();
        try (UsageSink ledger = sqlite.create(settings)) {
            ledger.record(new UsageRecord("req_1", new UsageRecord.Times(1_700_000_000_000L, 1_200_000_000, 300_000),
                    new UsageRecord.Who("team", "", 0), new UsageRecord.Asked("POST /v1/responses", "gpt-5", "", true, 900),
                    new UsageRecord.Served("main", "gpt-5", 1, 0), new UsageRecord.Result("", 200, ""),
                    new UsageRecord.Charge(TokenUsage.told(2_000, 1_500, 80, 0), OptionalLong.empty())));
        }
        var tokens = new LongAdder();
        sqlite.read(settings, 0, Long.MAX_VALUE, record -> tokens.add(record.usage().total()));
        // end
        assertEquals(2_080, tokens.sum());
    }

    @Test
    void showsTheSameProgramInTheReadme() throws Exception {
        String test = Files.readString(Path.of("src/test/java/sluice/ledger/EmbeddingTest.java"));
        String program = test.substring(test.indexOf("// readme\n") + 10, test.indexOf("        // end\n"))
                .stripTrailing().stripIndent();

        assertTrue(Files.readString(Path.of("README.md")).contains("```java\n" + program + "\n```"), program);
    }
}
