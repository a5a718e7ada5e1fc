package sluice.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sends mutated conversations of HTTP/2 to a running gateway, and holds what comes back to a few rules: frames keep RFC 9113, no answer is
 * another's, the upstream is sent valid requests only, nothing throws, nothing is kept, and the next client is served.
 *
 * <p>{@code -Dfuzz.seconds=1800} makes it go on for so long, with {@code -Dfuzz.seed=} from another start; a failure names the
 * seed of its case.
 */
class Http2FuzzTest {
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 0);
    private static final int CASES = 100;
    private static final long SEED = Long.getLong("fuzz.seed", 20261128);
    private static final Pattern MARKER = Pattern.compile("marker-\\w+");
    /** Silence after which a conversation is over: what is open then waits for us. */
    private static final int QUIET_MILLIS = 100;
    private static final int GOOD_EVERY = 10;
    private static final byte[] LAST_PING = "the last".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private static Path folder;
    private static SSLContext trusting;

    private final FuzzCases cases = new FuzzCases(SECONDS, CASES);

    @BeforeAll
    static void issue() throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("first", "EC");
        authority.certificate("first", "first.pem");
        authority.key("first", "first.key");
        trusting = authority.trusting();
    }

    private static Http2Peer.Frame frame(int type, int flags, int streamId, byte[] payload) {
        return new Http2Peer.Frame(type, flags, streamId, payload);
    }

    private static byte[] body(String marker, boolean stream) {
        return ("{\"model\":\"m\",\"store\":false,\"stream\":" + stream + ",\"input\":\"" + marker + "\"}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** A conversation that is valid: a few requests of all kinds, and what clients send beside them. */
    private static List<Http2Peer.Frame> conversation(FrameMutator mutator, String marker) {
        List<Http2Peer.Frame> frames = new ArrayList<>();
        frames.add(frame(Frames.SETTINGS, 0, 0, new byte[0]));
        int streams = 1 + mutator.below(4);
        for (int id = 1; id < 2 * streams; id += 2) {
            byte[] body = body(marker, false);
            switch (mutator.below(6)) {
                case 0 -> frames.add(frame(Frames.HEADERS, 5, id, get("/v1/responses/resp_" + marker)));
                case 1 -> frames.add(frame(Frames.HEADERS, 5, id, get("/health/live")));
                case 2 -> {
                    frames.add(frame(Frames.HEADERS, 4, id, Http2Peer.post("content-length", Integer.toString(body.length))));
                    frames.add(frame(Frames.DATA, 1, id, body));
                }
                case 3 -> {
                    frames.add(frame(Frames.HEADERS, 4, id, Http2Peer.post()));
                    frames.add(frame(Frames.DATA, 0, id, Arrays.copyOf(body, 20)));
                    frames.add(frame(Frames.WINDOW_UPDATE, 0, mutator.below(2) * id, Http2Peer.number(1000)));
                    frames.add(frame(Frames.DATA, 0, id, Arrays.copyOfRange(body, 20, body.length)));
                    frames.add(frame(Frames.HEADERS, 5, id, Http2Peer.block("x-sum", "1")));
                }
                case 4 -> {
                    byte[] padded = new byte[body.length + 6];
                    padded[0] = 5;
                    System.arraycopy(body, 0, padded, 1, body.length);
                    frames.add(frame(Frames.HEADERS, 4, id, indexed(Http2Peer.post("x-a", "Bearer " + marker.replace("marker", "")))));
                    frames.add(frame(Frames.PING, 0, 0, new byte[8]));
                    frames.add(frame(Frames.DATA, 9, id, padded));
                }
                default -> {
                    frames.add(frame(Frames.HEADERS, 4, id, Http2Peer.post("expect", "100-continue")));
                    frames.add(frame(Frames.DATA, 0, id, Arrays.copyOf(body, 9)));
                    frames.add(frame(Frames.RST_STREAM, 0, id, Http2Peer.number(Http2Codes.CANCEL)));
                }
            }
        }
        return frames;
    }

    private static byte[] get(String path) {
        return Http2Peer.block(":method", "GET", ":scheme", "https", ":path", path, ":authority", "localhost");
    }

    /** The same block with its first literal put into the table. */
    private static byte[] indexed(byte[] block) {
        block[0] = 0x40;
        return block;
    }

    @Test
    void survivesMutatedConversations() throws Exception {
        Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.add(e));
        try (ScriptedUpstream upstream = new ScriptedUpstream("", "", ScriptedUpstream.Then.STAY);
                RunningGateway gateway = RunningGateway.accounts(upstream.uri(), 1,
                        Http2Test.settings(folder).replace("http2: true", "http2: true, head-timeout: 30s, body-timeout: 30s"))) {
            cases.run("conversations", number -> {
                long seed = SEED + number;
                String marker = "marker-" + Long.toHexString(new SplittableRandom(seed).nextLong());
                cases.begins(marker);
                converse(gateway, new FrameMutator(seed), marker, "frames with seed " + seed);
                if (number % GOOD_EVERY == 0) {
                    good(gateway, "marker-good" + number);
                }
                assertTrue(upstream.faults().isEmpty(), () -> "seed " + seed + ": the upstream was sent " + upstream.faults());
                assertTrue(uncaught.isEmpty(), () -> "seed " + seed + ": " + uncaught.peek());
            });
            assertFalse(gateway.log().contains("internal_error"), "an internal error");
            while (gateway.process().gateway().inForce().budget().usedBytes() > 0 || gateway.process().gateway().inFlight() > 0) {
                Thread.yield(); // what the last conversation began
            }
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    private void converse(RunningGateway gateway, FrameMutator mutator, String marker, String name) throws IOException {
        Http2Witness witness = new Http2Witness();
        List<Http2Peer.Frame> frames = mutator.next(conversation(mutator, marker));
        try (Http2Peer peer = new Http2Peer(gateway.port(), trusting)) {
            peer.quietAfter(QUIET_MILLIS);
            try {
                peer.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                for (Http2Peer.Frame frame : frames) {
                    witness.sent(frame);
                    peer.send(frame.type(), frame.flags(), frame.streamId(), frame.payload());
                }
                peer.send(Frames.PING, 0, 0, LAST_PING);
            } catch (IOException e) {
                // The gateway has closed; what it said before that can be read.
            }
            read(peer, witness, name);
        }
        cases.count(witness.goodbye() ? "ended" : "went on");
        witness.answers().forEach((id, text) -> {
            cases.count("status " + id.substring(id.indexOf(' ') + 1));
            assertFalse(text.contains("internal_error"), () -> name + ": " + text);
            Matcher found = MARKER.matcher(text);
            while (found.find()) {
                assertFalse(cases.isAnothers(found.group(), marker), () -> name + ": another's answer: " + text);
            }
        });
    }

    /** Reads until the end, or until nothing more comes. */
    private static void read(Http2Peer peer, Http2Witness witness, String name) throws IOException {
        try {
            for (Optional<Http2Peer.Frame> frame = peer.next(); frame.isPresent(); frame = peer.next()) {
                witness.came(frame.get(), name);
            }
        } catch (SocketTimeoutException e) {
            // Nothing more comes.
        } catch (IOException e) {
            // Cut, which is how a connection may end.
        }
    }

    private static void good(RunningGateway gateway, String marker) throws IOException {
        try (Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet()) {
            peer.request(1, Http2Peer.post(), new String(body(marker, false), StandardCharsets.US_ASCII));
            String answer = peer.body(1);
            assertTrue(answer.contains("\"" + marker + "\""), answer);
        }
    }
}
