package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Holds docs/failures.md to what {@code sluice failures} prints. */
class FailuresDocumentTest {
    private static final String MARK = "<!-- From here on as `sluice failures` prints it; a test compares. -->\n";

    private static Path document() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("docs/failures.md"))) {
            at = at.getParent();
        }
        return at.resolve("docs/failures.md");
    }

    private static String printed() {
        StringWriter out = new StringWriter();
        int exit = new CommandLine(new FailuresCommand()).setOut(new PrintWriter(out)).execute();
        assertEquals(0, exit);
        return out.toString();
    }

    @Test
    void theDocumentIsWhatTheCommandPrints() throws IOException {
        String text = Files.readString(document());
        String head = text.substring(0, text.indexOf(MARK) + MARK.length());
        String expected = head + "\n" + printed();
        if (Boolean.getBoolean("sluice.regenerate")) {
            Files.writeString(document(), expected);
        }
        assertEquals(expected, Files.readString(document()), "docs/failures.md is stale; write it anew by\n"
                + "./dev mvn -q -pl modules/server -am test -Dtest=FailuresDocumentTest -Dsurefire.failIfNoSpecifiedTests=false "
                + "-Dsluice.regenerate=true");
    }
}
