package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the package that everybody may use leaves unsaid, as the compiler's own check of comments finds it. Tags for parameters and
 * results of methods are not asked for: most would say the name again (decision 0217).
 */
class ApiDocsTest {
    private static final Path ROOT = Path.of(System.getProperty("sluice.root")).normalize();
    /** A constant of {@code RequestBody.Field}, which is the name of a member, and the enum says so. */
    private static final Pattern NAMES_ITSELF = Pattern.compile("RequestBody\\.java:.*: [A-Z_]+\\(\"\\w+\"\\)[,;]");

    @TempDir
    Path classes;

    @Test
    void everyMemberOfTheApiSaysWhatItIs() throws IOException {
        assertEquals(List.of(), found("no comment").stream().filter(line -> !NAMES_ITSELF.matcher(line).matches()).toList());
    }

    @Test
    void everyComponentOfARecordOfTheApiIsExplained() throws IOException {
        List<String> unexplained = found("no @param for").stream().filter(line -> line.matches(".*\\brecord \\w+[(<].*")).toList();
        assertEquals(List.of(), unexplained);
    }

    /** What the check says of a kind, each with the line of source that it speaks of. */
    private List<String> found(String kind) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        List<Path> sources;
        try (Stream<Path> tree = Files.walk(ROOT.resolve("modules/api/src/main/java"))) {
            sources = tree.filter(file -> file.toString().endsWith(".java")).toList();
        }
        try (StandardJavaFileManager files = compiler.getStandardFileManager(said, Locale.ROOT, StandardCharsets.UTF_8)) {
            List<String> options = List.of("-Xdoclint:missing/protected", "-Xmaxwarns", "100000", "-d", classes.toString());
            assertTrue(compiler.getTask(null, files, said, options, null, files.getJavaFileObjectsFromPaths(sources)).call());
        }
        List<String> lines = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> one : said.getDiagnostics()) {
            if (one.getSource() != null && one.getMessage(Locale.ROOT).contains(kind)) {
                Path file = Path.of(one.getSource().toUri());
                lines.add(file.getFileName() + ":" + one.getLineNumber() + ": " + one.getMessage(Locale.ROOT).lines().findFirst().orElse("")
                        + ": " + Files.readAllLines(file).get((int) one.getLineNumber() - 1).strip());
            }
        }
        return lines;
    }
}
