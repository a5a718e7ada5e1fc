package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.clients.BodyShare;
import sluice.forward.ByteBudget;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;

/** Clients of HTTP/2 that make work for nothing, or hold what they do not use. */
class Http2FloodTest {
    private static final int ENDS = Frames.END_STREAM | Frames.END_HEADERS;
    private static final byte[] NONE = {};
    private static final byte[] GET =
            Http2Peer.block(":method", "GET", ":scheme", "https", ":path", "/v1/models", ":authority", "localhost");
    /** As many as clients are told. */
    private static final int MOST_STREAMS = 128;
    /** Far more than any allowance of frames or of resets. */
    private static final int MANY = 4000;

    @TempDir
    private static Path folder;
    private static SSLContext trusting;

    private SimulatedUpstream upstream;

    @BeforeAll
    static void issue() throws Exception {
        TestAuthority authority = new TestAuthority(folder);
        authority.issue("first", "EC");
        authority.certificate("first", "first.pem");
        authority.key("first", "first.key");
        trusting = authority.trusting();
    }

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
    }

    @AfterEach
    void stop() {
        upstream.close();
    }

    private RunningGateway gateway(String more) throws IOException {
        return RunningGateway.accounts(upstream.baseUri(), 1, Http2Test.settings(folder) + more);
    }

    /** Does one thing again and again. */
    @FunctionalInterface
    private interface Flood {
        void next(Http2Peer peer, int round) throws IOException;
    }

    private static Arguments flood(String what, Flood flood) {
        return Arguments.of(what, flood);
    }

    private static int id(int round) {
        return 2 * round + 1;
    }

    private static void open(Http2Peer peer, int streamId) throws IOException {
        peer.send(Frames.HEADERS, Frames.END_HEADERS, streamId, Http2Peer.post());
    }

    private static void ask(Http2Peer peer, int streamId) throws IOException {
        peer.request(streamId, Http2Peer.post(), Http2Test.STREAM);
    }

    private static void once(Http2Peer peer, int round) throws IOException {
        if (round == 0) {
            open(peer, 1);
        }
    }

    static List<Arguments> frames() {
        return List.of(
                flood("acknowledgements of settings", (peer, round) -> peer.send(Frames.SETTINGS, Frames.ACK, 0, NONE)),
                flood("settings", (peer, round) -> peer.send(Frames.SETTINGS, 0, 0, NONE)),
                flood("pings", (peer, round) -> peer.send(Frames.PING, 0, 0, new byte[8])),
                flood("answers to pings", (peer, round) -> peer.send(Frames.PING, Frames.ACK, 0, new byte[8])),
                flood("windows", (peer, round) -> peer.send(Frames.WINDOW_UPDATE, 0, 0, Http2Peer.number(1))),
                flood("priorities", (peer, round) -> peer.send(Frames.PRIORITY, 0, id(round), new byte[5])),
                flood("goodbyes", (peer, round) -> peer.send(Frames.GOAWAY, 0, 0, new byte[8])),
                flood("unknown frames", (peer, round) -> peer.send(0x21, 0, 0, new byte[100])),
                flood("data without data", (peer, round) -> {
                    once(peer, round);
                    peer.send(Frames.DATA, 0, 1, NONE);
                }),
                flood("data of one byte", (peer, round) -> {
                    once(peer, round);
                    peer.send(Frames.DATA, 0, 1, new byte[1]);
                }),
                flood("padding alone", (peer, round) -> {
                    once(peer, round);
                    peer.send(Frames.DATA, Frames.PADDED, 1, new byte[] {1, 0});
                }),
                flood("continuations without fields", (peer, round) -> {
                    peer.send(Frames.HEADERS, round == 0 ? 0 : Frames.END_STREAM, id(round), Http2Peer.post());
                    for (int i = 0; i < 30; i++) {
                        peer.send(Frames.CONTINUATION, 0, id(round), NONE);
                    }
                    peer.send(Frames.CONTINUATION, Frames.END_HEADERS, id(round), NONE);
                }),
                flood("data of a dead stream", (peer, round) -> {
                    once(peer, round);
                    peer.send(Frames.DATA, 0, 1, new byte[100]);
                    if (round == 0) {
                        peer.send(Frames.WINDOW_UPDATE, 0, 1, Http2Peer.number(0));
                    }
                }),
                flood("headers of a dead stream", (peer, round) -> {
                    once(peer, round);
                    peer.send(round == 0 ? Frames.WINDOW_UPDATE : Frames.HEADERS, round == 0 ? 0 : ENDS, 1,
                            round == 0 ? Http2Peer.number(0) : NONE);
                }),
                flood("windows of a dead stream", (peer, round) -> {
                    once(peer, round);
                    peer.send(round == 0 ? Frames.RST_STREAM : Frames.WINDOW_UPDATE, 0, 1, Http2Peer.number(1));
                }),
                flood("resets of a dead stream", (peer, round) -> {
                    once(peer, round);
                    peer.send(Frames.RST_STREAM, 0, 1, Http2Peer.number(1));
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("frames")
    void framesForNothingEndTheConnection(String what, Flood flood) throws IOException {
        try (RunningGateway gateway = gateway("")) {
            assertEquals(Http2Codes.ENHANCE_YOUR_CALM, endOf(gateway, flood), what);
        }
    }

    static List<Arguments> resets() {
        return List.of(
                flood("resets by the client", (peer, round) -> {
                    ask(peer, id(round));
                    peer.send(Frames.RST_STREAM, 0, id(round), Http2Peer.number(Http2Codes.CANCEL));
                }),
                flood("windows of nothing", (peer, round) -> {
                    ask(peer, id(round));
                    peer.send(Frames.WINDOW_UPDATE, 0, id(round), Http2Peer.number(0));
                }),
                flood("windows too large", (peer, round) -> {
                    ask(peer, id(round));
                    peer.send(Frames.WINDOW_UPDATE, 0, id(round), Http2Peer.number(Integer.MAX_VALUE));
                }),
                flood("data behind the end", (peer, round) -> {
                    ask(peer, id(round));
                    peer.send(Frames.DATA, 0, id(round), new byte[100]);
                }),
                flood("headers behind the end", (peer, round) -> {
                    ask(peer, id(round));
                    peer.send(Frames.HEADERS, ENDS, id(round), Http2Peer.block("x-a", "1"));
                }),
                flood("bodies shorter than announced", (peer, round) ->
                        peer.request(id(round), Http2Peer.post("content-length", "1000"), Http2Test.STREAM)),
                flood("heads that are malformed", (peer, round) -> peer.send(Frames.HEADERS, ENDS, id(round), Http2Peer.block("X", "1"))),
                flood("trailers that are malformed", (peer, round) -> {
                    open(peer, id(round));
                    peer.send(Frames.HEADERS, ENDS, id(round), Http2Peer.block(":path", "/"));
                }),
                flood("streams above the limit", (peer, round) -> open(peer, id(round))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("resets")
    void resetsAreCountedWhoeverSendsThem(String what, Flood flood) throws IOException {
        upstream.always("sk-a", Fault.of("first=3600s"));
        try (RunningGateway gateway = gateway("")) {
            assertEquals(Http2Codes.ENHANCE_YOUR_CALM, endOf(gateway, flood), what);
            assertTrue(upstream.log().total() < 400, () -> upstream.log().total() + " calls of the upstream");
        }
    }

    /** The code that a connection ends with that does one thing again and again. */
    private static int endOf(RunningGateway gateway, Flood flood) throws IOException {
        try (Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet()) {
            Thread writer = Thread.startVirtualThread(() -> {
                try {
                    for (int round = 0; round < MANY; round++) {
                        flood.next(peer, round);
                    }
                } catch (IOException e) {
                    // The gateway has closed.
                }
            });
            try {
                return peer.await(Frames.GOAWAY, 0).code();
            } finally {
                writer.interrupt();
            }
        }
    }

    @Test
    void clientsThatAnswerEachEventAreNotCalledToCalm() throws IOException {
        upstream.always("sk-a", Fault.of("deltas=4000"));
        try (RunningGateway gateway = gateway(""); Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet()) {
            ask(peer, 1);
            boolean ended = false;
            while (!ended) {
                Http2Peer.Frame frame = peer.next().orElseThrow();
                assertTrue(frame.type() != Frames.GOAWAY, () -> "goodbye with code " + frame.code());
                if (frame.type() == Frames.DATA && !frame.ends()) {
                    peer.send(Frames.WINDOW_UPDATE, 0, 0, Http2Peer.number(Math.max(1, frame.payload().length)));
                    peer.send(Frames.WINDOW_UPDATE, 0, 1, Http2Peer.number(Math.max(1, frame.payload().length)));
                    peer.send(Frames.PING, 0, 0, new byte[8]);
                }
                ended = frame.type() == Frames.DATA && frame.ends();
            }
        }
    }

    /** Reads until so many answers have begun, in any order. */
    private static void awaitHeads(Http2Peer peer, int count) throws IOException {
        for (int left = count; left > 0;) {
            left -= peer.next().orElseThrow().type() == Frames.HEADERS ? 1 : 0;
        }
    }

    @Test
    void bodiesOfRefusedStreamsAreDroppedThoughTheirAnswerCannotBeRead() throws IOException {
        try (RunningGateway gateway = gateway("clients: [{name: c, key-sha256: " + "0".repeat(64) + "}]\n");
                Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet(Frames.INITIAL_WINDOW_SIZE, 0)) {
            for (int i = 0; i < 8; i++) {
                open(peer, id(i));
                peer.send(Frames.DATA, 0, id(i), new byte[8000]);
            }
            awaitHeads(peer, 8);
            peer.send(Frames.PING, 0, 0, new byte[8]);
            peer.await(Frames.PING, 0);
            assertEquals(0, gateway.process().gateway().inForce().budget().usedBytes());
        }
    }

    @Test
    void bodiesThatNobodyReadsYetCountAsBodiesInFlight() throws IOException {
        try (RunningGateway gateway = gateway("limits: {body: 1MiB, bodies-in-flight: 1MiB}\n");
                Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet()) {
            ByteBudget budget = gateway.process().gateway().inForce().budget();
            ByteBudget.Permit others = budget.permit(new BodyShare());
            assertTrue(others.grow(1024 * 1024));
            open(peer, 1);
            peer.send(Frames.DATA, 0, 1, new byte[8 * 1024]);
            assertEquals(Http2Codes.REFUSED_STREAM, peer.await(Frames.RST_STREAM, 1).code());
            others.close();
            ask(peer, 3);
            assertTrue(peer.body(3).contains("event: response.completed\n"));
            assertEquals(0, budget.usedBytes());
        }
    }

    @Test
    void nobodyMaySendMoreThanTheFirstWindowBeforeABodyIsRead() throws IOException {
        try (RunningGateway gateway = gateway("clients: [{name: c, key-sha256: " + "0".repeat(64) + "}]\n");
                Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet()) {
            peer.send(Frames.PING, 0, 0, new byte[8]);
            for (Http2Peer.Frame frame = peer.next().orElseThrow(); frame.type() != Frames.PING; frame = peer.next().orElseThrow()) {
                assertTrue(frame.type() != Frames.WINDOW_UPDATE, "a larger window for nobody");
            }
        }
    }

    @Test
    void refusalsThatCannotBeWrittenKeepNoPlaceAndEndWithTheStallTime() throws IOException {
        try (RunningGateway gateway = gateway("limits: {connections: 20}\nstream: {stall-timeout: 300ms}\n"
                + "clients: [{name: c, key-sha256: " + "0".repeat(64) + "}]\n");
                Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet(Frames.INITIAL_WINDOW_SIZE, 0)) {
            for (int i = 0; i < MOST_STREAMS; i++) {
                peer.send(Frames.HEADERS, ENDS, id(i), GET);
            }
            awaitHeads(peer, MOST_STREAMS);
            String answer = "";
            while (!answer.contains("invalid_api_key")) {
                try (Http2Peer other = new Http2Peer(gateway.port(), trusting).greet()) {
                    other.send(Frames.HEADERS, ENDS, 1, GET);
                    answer = other.body(1);
                }
            }
            assertEquals(Http2Codes.CANCEL, peer.await(Frames.RST_STREAM, 1).code());
        }
    }

    @Test
    void refusalsThatWaitGoOutWhenTheWindowOpens() throws IOException {
        try (RunningGateway gateway = gateway("clients: [{name: c, key-sha256: " + "0".repeat(64) + "}]\n");
                Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet(Frames.INITIAL_WINDOW_SIZE, 0)) {
            peer.send(Frames.HEADERS, ENDS, 1, GET);
            peer.await(Frames.HEADERS, 1);
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            boolean ended = false;
            while (!ended) {
                peer.send(Frames.WINDOW_UPDATE, 0, 1, Http2Peer.number(50));
                Http2Peer.Frame data = peer.await(Frames.DATA, 1);
                assertTrue(data.payload().length <= 50);
                body.writeBytes(data.payload());
                ended = data.ends();
            }
            assertTrue(body.toString(StandardCharsets.UTF_8).endsWith("}"), body.toString(StandardCharsets.UTF_8));
        }
    }

    @Test
    void aStreamThatTakesNothingIsResetAndTheOthersAreNot() throws IOException {
        upstream.always("sk-a", Fault.of("deltas=2000"));
        try (RunningGateway gateway = gateway("stream: {stall-timeout: 300ms}\n");
                Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet(Frames.INITIAL_WINDOW_SIZE, 1000)) {
            ask(peer, 1);
            peer.await(Frames.RST_STREAM, 1);
            peer.send(Frames.HEADERS, ENDS, 3,
                    Http2Peer.block(":method", "GET", ":scheme", "https", ":path", "/health/live", ":authority", "localhost"));
            assertTrue(peer.body(3).contains("UP"));
        }
    }

    @Test
    void aConnectionTooManyIsToldSoOnceAndEnds() throws IOException {
        try (RunningGateway gateway = gateway("limits: {connections: 1}\n");
                Http2Peer first = new Http2Peer(gateway.port(), trusting).greet()) {
            first.await(Frames.SETTINGS, 0);
            try (Http2Peer second = new Http2Peer(gateway.port(), trusting).greet()) {
                second.send(Frames.HEADERS, ENDS, 1, GET);
                second.send(Frames.HEADERS, ENDS, 3, GET);
                assertEquals(Http2Codes.REFUSED_STREAM, second.await(Frames.RST_STREAM, 3).code());
                while (second.next().isPresent()) {
                    // The answer to the first, and the goodbye.
                }
                assertEquals(Optional.empty(), second.next());
            }
        }
    }
}
