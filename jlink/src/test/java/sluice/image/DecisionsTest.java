package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/decisions/README.md} lists every decision with the status that its page gives. */
class DecisionsTest {
    private static final Path ROOT = Path.of(System.getProperty("sluice.root")).normalize();
    private static final Pattern STATUS = Pattern.compile("^\\*\\*Status\\.\\*\\* ((?:Accepted|Replaced)\\b.*)$", Pattern.MULTILINE);
    private static final Pattern ROW = Pattern.compile("^\\| (\\[\\d{4}]\\([^)]+\\)) \\| .* \\| (\\S.*) \\|$", Pattern.MULTILINE);

    @Test
    void everyDecisionIsListedWithItsStatus() throws IOException {
        List<String> expected = new ArrayList<>();
        List<Path> pages;
        try (Stream<Path> files = Files.list(ROOT.resolve("docs/decisions"))) {
            pages = files.filter(file -> Character.isDigit(file.getFileName().toString().charAt(0))).sorted().toList();
        }
        for (Path page : pages) {
            String name = page.getFileName().toString();
            Matcher status = STATUS.matcher(Files.readString(page));
            assertTrue(status.find(), () -> name + " has no line \"**Status.** Accepted.\" or \"**Status.** Replaced by …\"");
            expected.add("[" + name.substring(0, 4) + "](" + name + ") " + status.group(1));
        }
        List<String> listed = new ArrayList<>();
        Matcher row = ROW.matcher(Files.readString(ROOT.resolve("docs/decisions/README.md")));
        while (row.find()) {
            listed.add(row.group(1) + " " + row.group(2));
        }
        assertEquals(expected, listed, "docs/decisions/README.md");
    }
}
