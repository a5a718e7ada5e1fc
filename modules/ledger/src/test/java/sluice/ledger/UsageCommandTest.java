package sluice.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import sluice.api.UsageSink;

class UsageCommandTest {
    private static final long DAY = 86_400_000;

    @TempDir
    private Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void keep() throws IOException {
        for (String name : List.of("log", "sqlite")) {
            try (UsageSink sink = Records.factory(name).create(Records.settings(folder.resolve(name), 1 << 20, 5))) {
                sink.record(Records.of("r1", Records.TIME, "team-a", "gpt-5", OptionalLong.of(1_500_000_000)));
                sink.record(Records.of("r2", Records.TIME + DAY, "team-a", "gpt-5", OptionalLong.of(250_000_000)));
                sink.record(Records.of("r3", Records.TIME + DAY, "team-a", "llama", OptionalLong.empty()));
                sink.record(Records.of("r4", Records.TIME + DAY, "=team,b", "gpt-5", OptionalLong.of(1)));
            }
        }
        for (String name : List.of("log", "sqlite")) {
            Files.writeString(folder.resolve(name + ".yaml"), "accounts: [{name: a, base-url: 'https://a/v1', api-key: k}]\n"
                    + "modules: {usage: " + name + "}\nusage: {path: " + folder.resolve(name)
                    + ", prices: [{model: '*', input: 1, cached-input: 0.5, output: 2}]}\n");
        }
    }

    private int run(String... arguments) {
        return new CommandLine(new UsageCommand().options(new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))).setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true)).execute(arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "sqlite"})
    void sumsUpAsATable(String name) {
        assertEquals(0, run("--config", folder.resolve(name + ".yaml").toString(), "--by", "client,model"));
        assertEquals("""
                client   model  requests  errors  input  cached  output  reasoning  estimated  from cache    saved  cost
                =team,b  gpt-5         1       0     10       2       5          1          0        20 %  $0.0000  $0.0000
                team-a   gpt-5         2       0     20       4      10          2          0        20 %  $0.0000  $1.7500
                team-a   llama         1       0     10       2       5          1          0        20 %  $0.0000  1 without price
                all                    4       0     40       8      20          4          0        20 %  $0.0000  \
                $1.7500 + 1 without price
                """.lines().map(line -> line.replaceAll(" +", " ")).toList(),
                out().lines().map(line -> line.replaceAll(" +", " ")).toList());
        assertEquals(1, out().lines().filter(line -> !line.isEmpty()).map(String::length).distinct().count(), "the last column is aligned");
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "sqlite"})
    void writesCsvForOtherPrograms(String name) {
        assertEquals(0, run("--file", folder.resolve(name).toString(), "--by", "day,client", "--csv"));
        assertEquals("""
                day,client,requests,errors,input,cached,output,reasoning,estimated,cost_usd,unpriced_requests,cached_share,cache_saved_usd
                2023-11-14,team-a,1,0,10,2,5,1,0,1.500000000,0,0.2,
                2023-11-15,"'=team,b",1,0,10,2,5,1,0,0.000000001,0,0.2,
                2023-11-15,team-a,2,0,20,4,10,2,0,0.250000000,1,0.2,
                """.replace("\n", "\r\n"), out());
    }

    @Test
    void countsTheDaysThatAreAskedFor() {
        run("--file", folder.resolve("log").toString(), "--by", "none", "--csv", "--from", "2023-11-15", "--to", "2023-11-15");
        assertTrue(out().endsWith("\r\n3,0,30,6,15,3,0,0.250000001,1,0.2,\r\n"), out());
    }

    /** 22:13 in UTC is the next day in Tokyo. */
    @ParameterizedTest
    @CsvSource({"Europe/Berlin, 2023-11-14, 2023-11-14T23+01:00", "America/New_York, 2023-11-14, 2023-11-14T17-05:00",
        "Asia/Tokyo, 2023-11-15, 2023-11-15T07+09:00", "UTC, 2023-11-14, 2023-11-14T22"})
    void daysBeginWhereTheTimeZoneSays(String zone, String day, String hour) throws IOException {
        Path yaml = folder.resolve("zone.yaml");
        Files.writeString(yaml, Files.readString(folder.resolve("log.yaml")).replace("usage: {path", "usage: {time-zone: " + zone
                + ", path"));
        assertEquals(0, run("--config", yaml.toString(), "--by", "day,hour", "--csv"), this::err);
        assertTrue(out().contains("\r\n" + day + "," + hour + ",1,"), out());
        out.reset();
        run("--config", yaml.toString(), "--by", "none", "--csv", "--from", day, "--to", day);
        assertTrue(out().contains("\r\n1,0,10,2,5,1,0,1.500000000,"), out());
        out.reset();
        run("--config", yaml.toString(), "--by", "month", "--csv");
        assertTrue(out().contains("\r\n2023-11,4,"), out());
    }

    /** At the end of summer time an hour comes twice, and the day has 25. */
    @Test
    void anHourThatComesTwiceIsTwoHours() throws IOException {
        long twoAgain = Instant.parse("2026-10-25T01:30:00Z").toEpochMilli();
        try (UsageSink sink = Records.factory("log").create(Records.settings(folder.resolve("autumn"), 1 << 20, 5))) {
            sink.record(Records.of("r1", twoAgain - 3_600_000, "a", "m", OptionalLong.of(1)));
            sink.record(Records.of("r2", twoAgain, "a", "m", OptionalLong.of(1)));
            sink.record(Records.of("r3", Instant.parse("2026-10-25T22:59:59Z").toEpochMilli(), "a", "m", OptionalLong.of(1)));
            sink.record(Records.of("r4", Instant.parse("2026-10-25T23:00:00Z").toEpochMilli(), "a", "m", OptionalLong.of(1)));
        }
        Path yaml = Files.writeString(folder.resolve("autumn.yaml"), "accounts: [{name: a, base-url: 'https://a/v1', api-key: k}]\n"
                + "usage: {time-zone: Europe/Berlin, path: " + folder.resolve("autumn") + "}\n");
        run("--config", yaml.toString(), "--by", "hour", "--csv");
        assertTrue(out().contains("\r\n2026-10-25T02+01:00,1,") && out().contains("\r\n2026-10-25T02+02:00,1,"), out());
        out.reset();
        run("--config", yaml.toString(), "--by", "day", "--csv");
        assertTrue(out().contains("\r\n2026-10-25,3,") && out().contains("\r\n2026-10-26,1,"), out());
        out.reset();
        run("--config", yaml.toString(), "--by", "none", "--csv", "--from", "2026-10-25", "--to", "2026-10-25");
        assertTrue(out().contains("\r\n3,"), out());
    }

    @Test
    void takesTodaysPricesIfAsked() {
        run("--config", folder.resolve("log.yaml").toString(), "--by", "model", "--csv", "--reprice");
        assertTrue(out().contains("llama,1,0,10,2,5,1,0,0.000019000,0,0.2,0.000001000"), out());
    }

    @Test
    void groupsByTeamAndSessionAndPrintsJson() {
        run("--file", folder.resolve("log").toString(), "--by", "team,session", "--json");
        assertTrue(out().contains("{\"team\": \"research\", \"session\": \"7\", \"requests\": 4, \"errors\": 0, \"input\": 40, "
                + "\"cached\": 8, "
                + "\"output\": 20, \"reasoning\": 4, \"estimated\": 0, \"cached_share\": 0.2, \"cache_saved_usd\": null, "
                + "\"cost_usd\": 1.750000001, "
                + "\"unpriced_requests\": 1}"), out());
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        assertEquals(2, run("--by", "colour"));
        assertTrue(err().contains("'colour' is none of client, team, account, model"), err());
        assertEquals(2, run("--from", "yesterday"));
        assertEquals(1, run("--file", folder.resolve("nothing").toString()));
        assertTrue(err().contains("there is no file " + folder.resolve("nothing")), err());
        Files.writeString(folder.resolve("plain.yaml"), "accounts: [{name: a, base-url: 'https://a/v1', api-key: k}]\n");
        assertEquals(1, run("--config", folder.resolve("plain.yaml").toString()));
        assertTrue(err().contains("has no usage.path"), err());
        Files.writeString(folder.resolve("broken.yaml"), "accounts: 7\n");
        assertEquals(1, run("--config", folder.resolve("broken.yaml").toString()));
        assertTrue(err().contains("--file FILE reads usage without a configuration"), err());
        Files.writeString(folder.resolve("log"), "what?\n", java.nio.file.StandardOpenOption.APPEND);
        assertEquals(0, run("--file", folder.resolve("log").toString()));
        assertTrue(err().contains("1 lines of"), err());
    }

    @Test
    void helps() {
        assertEquals(0, run("--help"));
        assertTrue(out().contains("--by=COLUMN"), out());
    }

    @Test
    void saysHowLongWhatIsKeptLasts() throws IOException {
        long now = Records.TIME + DAY + 1;
        assertEquals(Optional.empty(), Records.factory("sqlite").lasts(Map.of("path", folder.resolve("sqlite").toString()), now));
        assertEquals(Optional.of(Duration.ofHours(48)), Records.factory("sqlite").lasts(Map.of("path", folder.resolve("sqlite").toString(),
                "keep-rows", "6"), now), "three rows a day");
        assertEquals(Optional.of(Duration.ofDays(1)), Records.factory("sqlite").lasts(Map.of("path", folder.resolve("sqlite").toString(),
                "keep-rows", "6", "keep-days", "1"), now), "whichever is sooner");
        double days = Records.factory("log").lasts(Records.settings(folder.resolve("log"), 1 << 20, 5), now).orElseThrow().toMinutes()
                / 1440.0;
        long bytes = Files.readAllLines(folder.resolve("log")).stream().skip(1).mapToLong(line -> line.length() + 1).sum();
        assertEquals(6.0 * (1 << 20) / bytes, days, 0.01);
        assertEquals(Optional.empty(), Records.factory("log").lasts(Records.settings(folder.resolve("log"), 1 << 20, 5), now + 2 * DAY),
                "nothing is known of a day without requests");
    }
}
