package sluice.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.api.SharedState;

class EmbeddingTest {
    @TempDir
    Path folder;

    @Test
    void runsTheProgramOfTheReadme() {
        // readme
        var settings = Map.of("path", folder.resolve("state").toString(), "owner-ttl", "P7D");
        try (var state = new LocalStateFactory().create(settings)) {
            state.owners().own("team-a", "resp_1", "main");
        }
        try (var state = new LocalStateFactory().create(settings)) {
            String answer = switch (state.owners().find("team-b", "resp_1")) {
                case SharedState.Owners.Ownership.Owned(String account) -> "in " + account;
                case SharedState.Owners.Ownership.Foreign() -> "somebody else's";
                case SharedState.Owners.Ownership.Unknown() -> "unknown";
            };
            // end
            assertEquals("somebody else's", answer);
        }
    }

    @Test
    void showsTheSameProgramInTheReadme() throws Exception {
        String test = Files.readString(Path.of("src/test/java/sluice/state/EmbeddingTest.java"));
        String program = test.substring(test.indexOf("// readme\n") + 10, test.indexOf("            // end"))
                .stripTrailing().stripIndent();

        assertTrue(Files.readString(Path.of("README.md")).contains(program + "\n}\n```"));
    }
}
