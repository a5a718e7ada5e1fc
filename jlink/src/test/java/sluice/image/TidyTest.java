package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a machine can keep of the house's habits, over the whole source tree. */
class TidyTest {
    private static final Path ROOT = Path.of(System.getProperty("sluice.root")).normalize();
    private static final Pattern BANNED_NAME = Pattern.compile(".*(Utils?|Helpers?|Manager|Common|Impl)\\.java");
    // spelled so that this file does not find itself
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");
    private static final Pattern SLEEP = Pattern.compile("\\b(Thread\\.sl" + "eep|TimeUnit\\.\\w+\\.sl" + "eep)\\(");
    private static final Pattern JAVADOC_BEFORE_TYPE = Pattern.compile(
            "\\*/\\s*(@[\\w.]+(\\([^)]*\\))?\\s*(//[^\\n]*)?\\s*)*(public |final |abstract |sealed |non-sealed |static )*"
            + "(class|interface|enum|record|@interface) ");

    private static final int MAX_COLUMNS = 140;

    /** A line that breaks a rule, as {@code file:line}. */
    private static List<String> lines(List<Path> files, BiPredicate<Path, String> broken) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : files) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (broken.test(file, lines.get(i))) {
                    found.add(ROOT.relativize(file) + ":" + (i + 1));
                }
            }
        }
        return found;
    }

    private static List<Path> files(String... endings) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> Stream.of(endings).anyMatch(ending -> file.toString().endsWith(ending)))
                    .filter(file -> Stream.of(ROOT.relativize(file).toString().split("/"))
                            .noneMatch(part -> part.equals("target") || part.startsWith(".")))
                    .sorted().toList();
        }
    }

    private static List<Path> mainSources() throws IOException {
        return files(".java").stream().filter(file -> file.toString().contains("/src/main/java/")).toList();
    }

    @Test
    void thereAreSourcesToCheck() throws IOException {
        assertTrue(mainSources().size() > 100, () -> "too few sources below " + ROOT);
    }

    @Test
    void linesHaveNoTabsAndNoBlanksAtTheirEnd() throws IOException {
        assertEquals(List.of(), lines(files(".java", ".xml", ".yaml"),
                (file, line) -> line.contains("\t") || line.endsWith(" ")));
    }

    @Test
    void linesFitBesideEachOther() throws IOException {
        assertEquals(List.of(), lines(files(".java"), (file, line) -> line.length() > MAX_COLUMNS));
    }

    @Test
    void namesSayWhatThingsAre() throws IOException {
        assertEquals(List.of(), files(".java").stream().map(file -> file.getFileName().toString())
                .filter(BANNED_NAME.asMatchPredicate()).toList());
    }

    @Test
    void nothingIsLeftUnfinished() throws IOException {
        assertEquals(List.of(), lines(files(".java", ".xml", ".sh", ".md"), (file, line) -> UNFINISHED.matcher(line).find()));
    }

    @Test
    void testsDoNotSleep() throws IOException {
        assertEquals(List.of(), lines(files("Test.java"), (file, line) -> SLEEP.matcher(line).find()));
    }

    @Test
    void eachModuleIsOnePackageThatTellsItsStory() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : mainSources()) {
            Path java = ROOT.relativize(file);
            // modules/<name>/src/main/java/sluice/<name>/File.java, or module-info.java
            String module = java.getName(1).toString();
            Path expected = ROOT.resolve("modules/" + module + "/src/main/java/sluice/" + module);
            if (!file.getParent().equals(expected) && !file.endsWith("java/module-info.java")) {
                wrong.add(java.toString());
            }
            if (!Files.exists(expected.resolve("package-info.java"))) {
                wrong.add(module + " has no package-info.java");
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyTypeSaysWhatItIsFor() throws IOException {
        List<String> silent = new ArrayList<>();
        for (Path file : mainSources()) {
            String name = file.getFileName().toString();
            if (!name.equals("module-info.java") && !name.equals("package-info.java")
                    && !JAVADOC_BEFORE_TYPE.matcher(Files.readString(file)).find()) {
                silent.add(ROOT.relativize(file).toString());
            }
        }
        assertEquals(List.of(), silent);
    }
}
