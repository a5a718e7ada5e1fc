package sluice.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
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
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;

/** What clients of HTTP/2 send by mistake, or to do harm. */
class Http2FramesTest {
    @TempDir
    private static Path folder;
    private static SSLContext trusting;

    private SimulatedUpstream upstream;
    private RunningGateway gateway;

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
        gateway = RunningGateway.accounts(upstream.baseUri(), 1, Http2Test.settings(folder).replace("http2: true",
                "http2: true, head-timeout: 2s"));
    }

    @AfterEach
    void stop() {
        gateway.close();
        upstream.close();
    }

    private Http2Peer peer() throws IOException {
        return new Http2Peer(gateway.port(), trusting);
    }

    static List<Arguments> malformed() {
        byte[] none = {};
        return List.of(
                Arguments.of("a line feed in a value", Http2Peer.post("x-a", "1\r\ncontent-length: 0\r\n\r\nGET /admin HTTP/1.1")),
                Arguments.of("a NUL in a value", Http2Peer.post("x-a", "\0")),
                Arguments.of("a colon in a name", Http2Peer.post("x-a: b\r\nx", "1")),
                Arguments.of("an upper-case name", Http2Peer.post("X-A", "1")),
                Arguments.of("transfer-encoding", Http2Peer.post("transfer-encoding", "chunked")),
                Arguments.of("connection", Http2Peer.post("connection", "x-a")),
                Arguments.of("two lengths", Http2Peer.post("content-length", "5", "content-length", "5")),
                Arguments.of("a length that is none", Http2Peer.post("content-length", "+5")),
                Arguments.of("a length that is too small", Http2Peer.post("content-length", "1")),
                Arguments.of("a length that is too large", Http2Peer.post("content-length", "1000")),
                Arguments.of("a blank in front of a value", Http2Peer.post("x-a", " 1")),
                Arguments.of("a tab behind a value", Http2Peer.post("x-a", "1\t")),
                Arguments.of("two hosts", Http2Peer.post("host", "elsewhere")),
                Arguments.of("a second path", Http2Peer.post(":path", "/v1/models")),
                Arguments.of("a late pseudo-header", Http2Peer.post("x-a", "1", ":path", "/")),
                Arguments.of("an unknown pseudo-header", Http2Peer.post(":protocol", "websocket")),
                Arguments.of("a space in the path", Http2Peer.block(":method", "POST", ":scheme", "https", ":path", "/ HTTP/1.1")),
                Arguments.of("no path", Http2Peer.block(":method", "POST", ":scheme", "https")),
                Arguments.of("CONNECT", Http2Peer.block(":method", "CONNECT", ":authority", "localhost:1")),
                Arguments.of("nothing", none));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void aMalformedRequestIsResetAndOthersAreNot(String what, byte[] block) throws IOException {
        try (Http2Peer peer = peer().greet()) {
            peer.request(1, block, Http2Test.STREAM);
            assertEquals(Http2Codes.PROTOCOL, peer.await(Frames.RST_STREAM, 1).code(), what);
            peer.request(3, Http2Peer.post(), Http2Test.STREAM);
            assertTrue(peer.body(3).contains("event: response.completed\n"));
            assertEquals(1, upstream.log().total());
        }
    }

    static List<Arguments> broken() {
        return List.of(
                Arguments.of("data of no stream", Http2Codes.PROTOCOL, frame(Frames.DATA, 0, 7, new byte[1])),
                Arguments.of("data of stream 0", Http2Codes.PROTOCOL, frame(Frames.DATA, 0, 0, new byte[1])),
                Arguments.of("an even stream", Http2Codes.PROTOCOL, frame(Frames.HEADERS, 4, 2, Http2Peer.post())),
                Arguments.of("a continuation of nothing", Http2Codes.PROTOCOL, frame(Frames.CONTINUATION, 4, 1, new byte[1])),
                Arguments.of("a push", Http2Codes.PROTOCOL, frame(Frames.PUSH_PROMISE, 4, 1, new byte[8])),
                Arguments.of("a short ping", Http2Codes.FRAME_SIZE, frame(Frames.PING, 0, 0, new byte[7])),
                Arguments.of("a window of nothing", Http2Codes.PROTOCOL, frame(Frames.WINDOW_UPDATE, 0, 0, new byte[4])),
                Arguments.of("a window too large", Http2Codes.FLOW_CONTROL,
                        frame(Frames.WINDOW_UPDATE, 0, 0, Http2Peer.number(Integer.MAX_VALUE))),
                Arguments.of("an index beyond the table", Http2Codes.COMPRESSION,
                        frame(Frames.HEADERS, 5, 1, new byte[] {(byte) 0xFE})),
                Arguments.of("a number without an end", Http2Codes.COMPRESSION,
                        frame(Frames.HEADERS, 5, 1, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, 1})),
                Arguments.of("a table too large", Http2Codes.COMPRESSION,
                        frame(Frames.HEADERS, 5, 1, new byte[] {0x3F, -1, -1, 1})),
                Arguments.of("a Huffman code that is none", Http2Codes.COMPRESSION,
                        frame(Frames.HEADERS, 5, 1, new byte[] {0, (byte) 0x84, -1, -1, -1, -1, 0})),
                Arguments.of("more padding than frame", Http2Codes.PROTOCOL,
                        frame(Frames.HEADERS, 0xD, 1, new byte[] {9, 1})));
    }

    private static Http2Peer.Frame frame(int type, int flags, int streamId, byte[] payload) {
        return new Http2Peer.Frame(type, flags, streamId, payload);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void aBrokenConnectionIsToldWhyAndEnds(String what, int code, Http2Peer.Frame frame) throws IOException {
        try (Http2Peer peer = peer().greet()) {
            peer.send(frame.type(), frame.flags(), frame.streamId(), frame.payload());
            assertEquals(code, peer.await(Frames.GOAWAY, 0).code(), what);
            assertEquals(Optional.empty(), peer.next());
        }
    }

    @Test
    void headsThatNeverEndAreCutOffByTheirTime() throws IOException {
        try (Http2Peer silent = peer(); Http2Peer half = peer().greet()) {
            half.send(Frames.HEADERS, 0, 1, Http2Peer.post());
            assertEquals(Optional.empty(), silent.next());
            assertEquals(Frames.SETTINGS, half.next().orElseThrow().type());
        }
    }

    @Test
    void aHeadThatIsTooLargeIsRefusedByTheOneParser() throws IOException {
        try (Http2Peer peer = peer().greet()) {
            peer.request(1, bomb(6), "");
            String body = peer.body(1);
            assertTrue(body.contains("\"code\":\"bad_request_framing\"") && body.contains("larger than"), body);
        }
    }

    @Test
    void aHeadThatIsFarTooLargeEndsTheConnection() throws IOException {
        try (Http2Peer peer = peer().greet()) {
            peer.send(Frames.HEADERS, Frames.END_HEADERS | Frames.END_STREAM, 1, bomb(12_000));
            assertEquals(Http2Codes.ENHANCE_YOUR_CALM, peer.await(Frames.GOAWAY, 0).code());
        }
    }

    /** A head with one field of 4 KB, which is put into the table and named by one byte each time. */
    private static byte[] bomb(int times) {
        byte[] field = Http2Peer.block("x-large", "y".repeat(3900));
        field[0] = 0x40;
        byte[] block = Arrays.copyOf(Http2Peer.post(), Http2Peer.post().length + field.length + times);
        System.arraycopy(field, 0, block, Http2Peer.post().length, field.length);
        Arrays.fill(block, block.length - times, block.length, (byte) 0xBE);
        return block;
    }

    @Test
    void aClientThatTakesNothingHoldsTheUpstreamBackAndNothingElse() throws IOException, InterruptedException {
        upstream.always("sk-a", Fault.of("deltas=2000"));
        try (Http2Peer peer = peer().greet(Frames.INITIAL_WINDOW_SIZE, 1000)) {
            peer.request(1, Http2Peer.post(), Http2Test.STREAM);
            int taken = 0;
            while (taken < 1000) {
                taken += peer.await(Frames.DATA, 1).payload().length;
            }
            assertEquals(1000, taken, "not a byte beyond the window");
            peer.send(Frames.WINDOW_UPDATE, 0, 3, Http2Peer.number(1));
            peer.await(Frames.GOAWAY, 0);
        }
        gateway.awaitLog("error=client_gone");
    }

    @Test
    void dataComesInThePiecesThatTheWindowAllows() throws IOException {
        try (Http2Peer peer = peer().greet(Frames.INITIAL_WINDOW_SIZE, 0)) {
            peer.request(1, Http2Peer.post(), Http2Test.STREAM);
            assertEquals(Frames.END_HEADERS, peer.await(Frames.HEADERS, 1).flags());
            peer.send(Frames.PING, 0, 0, new byte[8]);
            peer.await(Frames.PING, 0);
            StringBuilder body = new StringBuilder();
            int granted = 0;
            boolean ended = false;
            while (!ended) {
                peer.send(Frames.WINDOW_UPDATE, 0, 1, Http2Peer.number(100));
                granted += 100;
                Http2Peer.Frame data = peer.await(Frames.DATA, 1);
                body.append(new String(data.payload(), StandardCharsets.US_ASCII));
                assertTrue(body.length() <= granted);
                ended = data.ends();
            }
            assertTrue(body.toString().contains("event: response.completed\n"), body.toString());
        }
    }

    @Test
    void aDrainSaysGoodbyeAndEndsStreamsWhole() throws IOException, InterruptedException {
        upstream.always("sk-a", Fault.of("first=500ms"));
        try (Http2Peer peer = peer().greet()) {
            peer.request(1, Http2Peer.post(), Http2Test.STREAM);
            upstream.log().await(1);
            gateway.process().gateway().drain();
            Http2Peer.Frame goodbye = peer.await(Frames.GOAWAY, 0);
            assertEquals(Http2Codes.NO_ERROR, goodbye.code());
            assertArrayEquals(Http2Peer.number(1), Arrays.copyOf(goodbye.payload(), 4));
            peer.request(3, Http2Peer.post(), Http2Test.STREAM);
            assertEquals(Http2Codes.REFUSED_STREAM, peer.await(Frames.RST_STREAM, 3).code());
            assertTrue(peer.body(1).contains("event: response.completed\n"));
            assertEquals(Optional.empty(), peer.next());
            assertEquals(1, upstream.log().total());
        }
    }
}
