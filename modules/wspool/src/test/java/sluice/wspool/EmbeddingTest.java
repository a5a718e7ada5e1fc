package sluice.wspool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import sluice.api.Account;
import sluice.api.ByteSource;
import sluice.api.Cancellation;
import sluice.api.Headers;
import sluice.api.OutboundBody;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamSettings;
import sluice.testkit.HandSweeper;

/** The program of the module's README. */
class EmbeddingTest {
    // README: begin
    static String ask(Account account, String json, Sweeper sweeper) throws IOException {
        TurnPool.Factory factory = ServiceLoader.load(TurnPool.Factory.class).findFirst().orElseThrow();
        UpstreamSettings settings = new UpstreamSettings(new UpstreamSettings.Idle(4, 100, Duration.ofMinutes(1)), 65_536,
                Duration.ofSeconds(1), Optional.empty(), sweeper,
                System::nanoTime);
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        UpstreamRequest request = new UpstreamRequest(account, "POST", "/responses", Headers.EMPTY,
                OutboundBody.of(body, 0, body.length), 0, 0, "me", 0, new Cancellation());
        try (TurnPool pool = factory.create(settings, TurnPool.Settings.DEFAULT);
                ByteSource events = ((UpstreamResult.Answered) pool.send(request)).body()) {
            byte[] some = new byte[65_536];
            return new String(some, 0, events.read(some, 0, some.length), StandardCharsets.UTF_8);
        }
    }
    // README: end

    @BeforeAll
    static void declareUse() {
        // what `uses sluice.api.TurnPool.Factory;` does in the module of an embedding program
        EmbeddingTest.class.getModule().addUses(TurnPool.Factory.class);
    }

    @Test
    void theProgramOfTheReadmeAsksAndIsAnswered() throws IOException {
        try (FakeUpstream upstream = new FakeUpstream((socket, message) ->
                socket.sendText("{\"type\":\"response.completed\"}"))) {
            assertEquals("event: response.completed\ndata: {\"type\":\"response.completed\"}\n\n",
                    ask(upstream.account(), "{\"model\":\"gpt-5\"}", new HandSweeper()));
        }
    }

    @Test
    void theReadmeShowsThisProgram() throws IOException {
        String program = between(Files.readString(Path.of("src/test/java/sluice/wspool/EmbeddingTest.java")),
                "    // README: begin\n", "    // README: end");
        String shown = between(Files.readString(Path.of("README.md")), "```java\n", "```");
        assertEquals(program.indent(-4), shown);
        assertTrue(shown.lines().count() <= 14, "about ten lines");
    }

    private static String between(String text, String from, String to) {
        int begin = text.indexOf(from) + from.length();
        return text.substring(begin, text.indexOf(to, begin));
    }
}
