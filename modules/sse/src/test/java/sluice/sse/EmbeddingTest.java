package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import sluice.api.ByteSource;
import sluice.api.EventRelay;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.Sweeper;
import sluice.testkit.HandSweeper;

/** The program of the module's README. */
class EmbeddingTest {
    // README: begin
    static RelayOutcome relay(InputStream answer, StringBuilder client, Sweeper sweeper) {
        EventRelay relay = ServiceLoader.load(EventRelay.class).findFirst().orElseThrow();
        ByteSource source = new ByteSource() {
            public int read(byte[] b, int offset, int length) throws IOException { return answer.read(b, offset, length); }
            public boolean ready() throws IOException { return answer.available() > 0; }
            public void abort() { close(); }
            public void close() { try { answer.close(); } catch (IOException e) { throw new java.io.UncheckedIOException(e); } }
        };
        return relay.relay(source, (b, from, length, boundary) -> client.append(new String(b, from, length)),
                RelayOptions.defaults(sweeper));
    }
    // README: end

    @BeforeAll
    static void declareUse() {
        // what `uses sluice.api.EventRelay;` does in the module of an embedding program
        EmbeddingTest.class.getModule().addUses(EventRelay.class);
    }

    @Test
    void theProgramOfTheReadmeRelaysAStream() {
        StringBuilder client = new StringBuilder();
        String stream = Streams.text(10).replaceAll("[^\\x00-\\x7F]", "?");
        RelayOutcome outcome = relay(new ByteArrayInputStream(Streams.bytes(stream)), client, new HandSweeper());
        assertEquals(stream, client.toString());
        assertEquals(345, outcome.report().usage().output());
    }

    @Test
    void theReadmeShowsThisProgram() throws IOException {
        String program = between(Files.readString(Path.of("src/test/java/sluice/sse/EmbeddingTest.java")),
                "    // README: begin\n", "    // README: end");
        String shown = between(Files.readString(Path.of("README.md")), "```java\n", "```");
        assertEquals(program.indent(-4), shown);
        assertTrue(shown.lines().count() <= 12, "about ten lines");
    }

    private static String between(String text, String from, String to) {
        int begin = text.indexOf(from) + from.length();
        return text.substring(begin, text.indexOf(to, begin));
    }
}
