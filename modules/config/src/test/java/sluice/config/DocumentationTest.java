package sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the manual and the schema to the code. */
class DocumentationTest {
    private static final String MARK = "<!-- From here on generated from the code; see the end of this file. -->\n";
    private static final String REGENERATE = "./dev mvn -q -pl modules/config -am test -Dtest=DocumentationTest "
            + "-Dsurefire.failIfNoSpecifiedTests=false -Dsluice.regenerate=true";
    private static final Path DOCS = docs();

    private static Path docs() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("docs/configuration.md"))) {
            at = at.getParent();
        }
        return at.resolve("docs");
    }

    /** Compares, or writes when asked to. */
    private static void check(Path file, String expected) throws IOException {
        if (Boolean.getBoolean("sluice.regenerate")) {
            Files.writeString(file, expected);
        }
        assertEquals(expected, Files.readString(file),
                () -> file.getFileName() + " is stale; write it anew by\n  " + REGENERATE);
    }

    @Test
    void theManualListsEveryKey() throws IOException {
        Path file = DOCS.resolve("configuration.md");
        String text = Files.readString(file);
        String head = text.substring(0, text.indexOf(MARK) + MARK.length());
        check(file, head + Manual.tables() + "\n---\nThe tables are written from the code by\n`" + REGENERATE + "`.\n");
    }

    @Test
    void theSchemaListsEveryKey() throws IOException {
        check(DOCS.resolve("sluice.schema.json"), Schema.write());
    }

    @Test
    void everyExampleOfTheManualIsAGoodFile() throws IOException {
        Matcher examples = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(DOCS.resolve("configuration.md")));
        ConfigurationLoader loader = new ConfigurationLoader(Map.of("OPENAI_API_KEY", "k", "OPENAI_API_KEY_2", "k",
                "SLUICE_ADMIN_TOKEN", "t"), 1L << 30);
        int count = 0;
        while (examples.find()) {
            LoadResult result = loader.parse("example.yaml", examples.group(1), Path.of(""));
            assertInstanceOf(LoadResult.Loaded.class, result, () -> result.problems().toString());
            count++;
        }
        assertEquals(2, count);
    }
}
