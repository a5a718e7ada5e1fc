package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.config.ConfigurationLoader;
import sluice.config.LoadResult;
import sluice.simulator.SimulatedUpstream;

/** What {@code sluice init} writes works as it is. */
class InitTest {
    @TempDir
    private Path folder;

    private static int init(ByteArrayOutputStream said, String... arguments) {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return Main.run(Stream.concat(Stream.of("init"), Stream.of(arguments)).toArray(String[]::new), out, out);
    }

    @Test
    void writesAConfigurationThatServesAtOnceAndWarnsOfNothing() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start()) {
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            assertEquals(0, init(said, "--account", "mine=" + upstream.baseUri(), "--folder", folder.toString(), "--key-variable", "K"),
                    said.toString());
            LoadResult result = new ConfigurationLoader(Map.of("K", "sk-sim", "SLUICE_SERVER_PORT", "0", "SLUICE_SERVER_ADMIN_PORT", "0"),
                    8L << 30).load(folder.resolve("sluice.yaml"));
            assertEquals(List.of(), result.problems());
            LoadResult.Loaded loaded = (LoadResult.Loaded) result;
            assertEquals(List.of(), StartCheck.problems(loaded.configuration()));
            Matcher key = Pattern.compile("Bearer (\\S+)'").matcher(said.toString());
            assertTrue(key.find(), said.toString());
            try (GatewayProcess gateway = GatewayProcess.start(loaded.configuration(), OutputStream.nullOutputStream());
                    TestClient client = new TestClient(gateway.port())) {
                TestClient.Answer answer = client.post("/v1/responses", "{\"model\":\"gpt-5.1\",\"input\":\"hi\"}", "Authorization",
                        "Bearer " + key.group(1));
                assertEquals(200, answer.status(), answer.text());
                String token = Files.readString(folder.resolve("admin-token")).strip();
                try (TestClient admin = new TestClient(gateway.adminPort())) {
                    assertEquals(200, admin.send("GET", "/admin/overview", new byte[0], "Authorization", "Bearer " + token).status());
                }
            }
            assertTrue(Files.readString(folder.resolve("data/usage.jsonl")).contains("\"team-a\""));
        }
    }

    @Test
    void writesNothingThatWouldNotStart() {
        for (String[] wrong : new String[][] {{"--account", "a=https://host/v1/responses"}, {"--account", "a=https://u:p@host/v1"},
            {"--account", "a=https://host/v1", "--key-variable", "NO WAY"}}) {
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            String[] all = java.util.Arrays.copyOf(wrong, wrong.length + 2);
            all[wrong.length] = "--folder";
            all[wrong.length + 1] = folder.resolve("new").toString();
            assertEquals(1, init(said, all), said.toString());
            assertTrue(said.toString().contains("would not start") || said.toString().contains("--key-variable must"), said.toString());
            assertTrue(Files.notExists(folder.resolve("new")), said.toString());
        }
    }

    @Test
    void leavesWhatIsThereAlone() throws Exception {
        Files.writeString(folder.resolve("sluice.yaml"), "mine");
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        assertEquals(1, init(said, "--account", "a=https://host/v1", "--folder", folder.toString()));
        assertTrue(said.toString().contains("is there already"), said.toString());
        assertEquals("mine", Files.readString(folder.resolve("sluice.yaml")));
        assertEquals(1, init(new ByteArrayOutputStream(), "--account", "no-url", "--folder", folder.resolve("b").toString()));
    }
}
