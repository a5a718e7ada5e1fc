package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import sluice.config.KeyHash;

/**
 * Sends mutated messages in mutated frames through a running gateway, with a key that may use one kind of model, and holds what comes out
 * to a few rules: an account is sent JSON only, in which every reader finds a known type and an allowed model; no answer is another's;
 * nothing throws, nothing is kept, and the next client is served.
 *
 * <p>{@code -Dfuzz.seconds=1800} makes it go on for so long, with {@code -Dfuzz.seed=} from another start; a failure names the
 * seed of its case.
 */
class WebSocketFuzzTest {
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 0);
    private static final int CASES = 200;
    private static final long SEED = Long.getLong("fuzz.seed", 20261128);
    private static final Pattern MARKER = Pattern.compile("marker-\\w+");
    private static final Set<String> TYPES = Set.of("response.create", "response.cancel", "response.processed", "response.inject");
    private static final int QUIET_MILLIS = 100;
    private static final int GOOD_EVERY = 10;

    /** Names may be as long as a message. */
    private static final JsonFactory JSON = JsonFactory.builder().streamReadConstraints(StreamReadConstraints.builder()
            .maxNameLength(1_000_000).build()).build();

    private final FuzzCases cases = new FuzzCases(SECONDS, CASES);
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    /** What any reader of a message finds, whichever of two members it takes and however it compares names. */
    private void judge(String message) {
        boolean typed = false;
        try (JsonParser parser = JSON.createParser(message)) {
            parser.nextToken();
            for (JsonToken token = parser.nextToken(); token == JsonToken.FIELD_NAME; token = parser.nextToken()) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equalsIgnoreCase("type")) {
                    typed = value == JsonToken.VALUE_STRING && TYPES.contains(parser.getText());
                } else if (name.equalsIgnoreCase("model") && value != JsonToken.VALUE_NULL && !parser.getText().startsWith("gpt-5")) {
                    faults.add("a model that is not allowed: " + message);
                }
                parser.skipChildren();
            }
        } catch (IOException e) {
            faults.add("no JSON: " + message);
        }
        if (!typed) {
            faults.add("no known type: " + message);
        }
    }

    private SayingUpstream.Say answer(SayingUpstream.Asked asked) {
        judge(asked.body());
        Matcher marker = MARKER.matcher(asked.body());
        String said = marker.find() ? marker.group() : "none";
        return SayingUpstream.events(SayingUpstream.created("gpt-5"), SayingUpstream.delta(1, said),
                SayingUpstream.end("response.completed", "completed", "gpt-5", SayingUpstream.usage()));
    }

    @Test
    void survivesMutatedMessages() throws Exception {
        Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.add(e));
        try (SayingUpstream upstream = new SayingUpstream();
                RunningGateway gateway = RunningGateway.of("accounts: [{name: a, base-url: \"" + upstream.uri()
                        + "\", api-key: sk-a, websocket: on}]\nclients: [{name: one, key-sha256: \"" + KeyHash.of("k1").hex()
                        + "\", models: [\"gpt-5*\"]}]\n")) {
            upstream.account("sk-a", this::answer);
            cases.run("messages", number -> {
                long seed = SEED + number;
                String marker = "marker-" + Long.toHexString(new SplittableRandom(seed).nextLong());
                cases.begins(marker);
                converse(gateway, new MessageMutator(seed), marker, "messages with seed " + seed);
                if (number % GOOD_EVERY == 0) {
                    good(gateway, "marker-good" + number);
                    upstream.forget();
                }
                assertTrue(faults.isEmpty(), () -> "about seed " + seed + ": the account was sent " + faults.peek());
                assertTrue(uncaught.isEmpty(), () -> "seed " + seed + ": " + uncaught.peek());
            });
            assertFalse(gateway.log().contains("internal_error"), "an internal error");
            while (gateway.process().gateway().inForce().budget().usedBytes() > 0 || gateway.process().gateway().inFlight() > 0
                    || gateway.process().gateway().openWebSockets() > 0) {
                Thread.yield(); // what the last conversation began
            }
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    private static TestWebSocket open(RunningGateway gateway) throws IOException {
        TestWebSocket socket = TestWebSocket.open(gateway.port(), "authorization", "Bearer k1");
        assertEquals(101, socket.head().status());
        return socket;
    }

    private void converse(RunningGateway gateway, MessageMutator mutator, String marker, String name) throws IOException {
        try (TestWebSocket socket = open(gateway)) {
            try {
                for (int messages = 1 + mutator.below(3); messages > 0; messages--) {
                    socket.raw(mutator.frames(mutator.message(marker)));
                }
                if (mutator.below(4) == 0) {
                    socket.finish();
                }
            } catch (IOException e) {
                // The gateway has closed; what it said before that can be read.
            }
            socket.quietAfter(QUIET_MILLIS);
            String said;
            do {
                said = socket.next();
                String text = said;
                cases.count(said.startsWith("close") ? said : TestWebSocket.type(said));
                assertFalse(text.contains("internal_error"), () -> name + ": " + text);
                Matcher found = MARKER.matcher(text);
                while (found.find()) {
                    assertFalse(cases.isAnothers(found.group(), marker), () -> name + ": another's answer: " + text);
                }
            } while (!said.startsWith("close"));
        }
    }

    private static void good(RunningGateway gateway, String marker) throws IOException {
        try (TestWebSocket socket = open(gateway)) {
            String said = socket.turn("{\"type\":\"response.create\",\"model\":\"gpt-5\",\"input\":\"" + marker + "\"}").toString();
            assertTrue(said.contains("\"" + marker + "\"") && said.contains("response.completed"), said);
        }
    }
}
