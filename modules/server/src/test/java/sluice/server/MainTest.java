package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MainTest {
    private static String run(int code, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        assertEquals(code, Main.run(arguments, new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8)), err::toString);
        return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void helpIsFoundByEachOfItsNames() {
        String all = run(0, "--help");
        assertTrue(all.startsWith("Usage: sluice "), all);
        assertEquals(all, run(0, "help"));
        assertEquals(all, run(2));
        assertEquals(run(0, "check", "--help"), run(0, "help", "check"));
        assertTrue(run(0, "help", "usage").startsWith("Usage: sluice usage"), "of another module");
    }

    @Test
    void aCommandThatThereIsNotIsToldOf() {
        assertTrue(run(2, "server").contains("serve"));
    }
}
