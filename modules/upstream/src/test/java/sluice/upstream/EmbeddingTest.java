package sluice.upstream;

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
import sluice.api.Upstream;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamSettings;
import sluice.testkit.HandSweeper;

/** The program of the module's README. */
class EmbeddingTest {
    // README: begin
    static String ask(Account account, String json, Sweeper sweeper) throws IOException {
        Upstream.Factory factory = ServiceLoader.load(Upstream.Factory.class).findFirst().orElseThrow();
        UpstreamSettings settings = new UpstreamSettings(new UpstreamSettings.Idle(4, 100, Duration.ofMinutes(1)), 65_536,
                Duration.ofSeconds(1), Optional.empty(), sweeper,
                System::nanoTime);
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        UpstreamRequest request = new UpstreamRequest(account, "POST", "/responses", Headers.EMPTY,
                OutboundBody.of(body, 0, body.length), 0, 0, "me", 0, new Cancellation());
        try (Upstream upstream = factory.create(settings)) {
            return switch (upstream.send(request)) {
                case UpstreamResult.Unreachable failure -> failure.kind() + (failure.requestSent() ? ", may have run" : "");
                case UpstreamResult.Answered answer -> {
                    try (ByteSource bytes = answer.body()) {
                        byte[] some = new byte[65_536];
                        yield new String(some, 0, bytes.read(some, 0, some.length), StandardCharsets.UTF_8);
                    }
                }
            };
        }
    }
    // README: end

    @BeforeAll
    static void declareUse() {
        // what `uses sluice.api.Upstream.Factory;` does in the module of an embedding program
        EmbeddingTest.class.getModule().addUses(Upstream.Factory.class);
    }

    @Test
    void theProgramOfTheReadmeAsksAndIsAnswered() throws IOException {
        try (CannedUpstream upstream = CannedUpstream.answering("{}")) {
            assertEquals("{}", ask(upstream.account(), "{\"model\":\"gpt-5\"}", new HandSweeper()));
        }
    }

    @Test
    void theProgramOfTheReadmeSaysWhatWentWrong() throws IOException {
        CannedUpstream upstream = CannedUpstream.answering("{}");
        upstream.close();
        assertEquals("CONNECT", ask(upstream.account(), "{\"model\":\"gpt-5\"}", new HandSweeper()));
    }

    @Test
    void theReadmeShowsThisProgram() throws IOException {
        String program = between(Files.readString(Path.of("src/test/java/sluice/upstream/EmbeddingTest.java")),
                "    // README: begin\n", "    // README: end");
        String shown = between(Files.readString(Path.of("README.md")), "```java\n", "```");
        assertEquals(program.indent(-4), shown);
        assertTrue(shown.lines().count() <= 20, "about ten lines");
    }

    private static String between(String text, String from, String to) {
        int begin = text.indexOf(from) + from.length();
        return text.substring(begin, text.indexOf(to, begin));
    }
}
