package sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PricesCommandTest {
    private static final String ACCOUNT = "accounts: [{name: a, base-url: \"http://127.0.0.1:9/v1\", api-key: k}]\n";

    @TempDir
    private Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int prices(String configuration, String... models) throws IOException {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), configuration);
        List<String> arguments = new ArrayList<>(List.of("--config", file.toString()));
        arguments.addAll(List.of(models));
        return new CommandLine(new PricesCommand().options(new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))).execute(arguments.toArray(String[]::new));
    }

    @Test
    void showsPricesAndNoWarningAboutAnythingElse() throws IOException {
        int code = prices(ACCOUNT + "usage: {prices: [{model: \"gpt-5*\", input: 1.25, output: 10}]}\n"
                + "limits: {concurrent-requests: 10000000}\n", "gpt-5.1");

        assertEquals(0, code, err::toString);
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("$1.25"), out::toString);
        assertEquals("", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aModelWithoutAPriceIsAFailure() throws IOException {
        assertEquals(1, prices(ACCOUNT, "gpt-5.1"));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("gpt-5.1                          has no price"), out::toString);
    }

    @Test
    void saysAllThatIsWrong() throws IOException {
        assertEquals(1, prices(ACCOUNT + "limits: {concurrent-requests: none}\n"));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("limits.concurrent-requests"), err::toString);
    }
}
