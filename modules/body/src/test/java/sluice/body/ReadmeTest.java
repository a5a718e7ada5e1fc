package sluice.body;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    private static final Pattern PROGRAM = Pattern.compile("```java\\R(.*?)```", Pattern.DOTALL);
    private static final Pattern OUTPUT = Pattern.compile("It prints `(.*?)`");

    /** With {@code java Embedded.java}, as a reader would, and nothing but the module and what it requires on the module path. */
    @Test
    void theProgramInTheReadmePrintsWhatItSays(@TempDir Path folder) throws IOException, InterruptedException {
        String readme = Files.readString(Path.of("README.md"));
        Path program = Files.writeString(folder.resolve("Embedded.java"), first(PROGRAM, readme));
        Path output = folder.resolve("output");
        String modulePath = String.join(System.getProperty("path.separator"), location("sluice.api"), location("sluice.buffers"),
                location("sluice.json"), location("sluice.relay"), location("sluice.responses"), location("sluice.body"),
                location("com.github.luben.zstd_jni"));
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--module-path", modulePath, "--add-modules", "sluice.body", program.toString());
        Process java = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        int exit = java.waitFor();
        assertEquals(first(OUTPUT, readme), Files.readString(output, StandardCharsets.UTF_8));
        assertEquals(0, exit);
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertEquals(true, matcher.find());
        return matcher.group(1);
    }

    private static String location(String module) {
        return Path.of(SpliceScanner.class.getModule().getLayer().configuration().findModule(module).orElseThrow()
                .reference().location().orElseThrow()).toString();
    }
}
