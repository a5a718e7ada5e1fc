package sluice.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

/** What clients may send in which state of a stream (RFC 9113 §4 to §8), by raw frames. */
class Http2RulesTest {
    private static final int ENDS = Frames.END_STREAM | Frames.END_HEADERS;
    private static final byte[] NONE = {};

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
        upstream.always("sk-a", Fault.of("first=3600s"));
        gateway = RunningGateway.accounts(upstream.baseUri(), 1, Http2Test.settings(folder));
    }

    @AfterEach
    void stop() {
        gateway.close();
        upstream.close();
    }

    private static Http2Peer.Frame frame(int type, int flags, int streamId, byte[] payload) {
        return new Http2Peer.Frame(type, flags, streamId, payload);
    }

    /** A request whose body is to come. */
    private static Http2Peer.Frame open(int streamId) {
        return frame(Frames.HEADERS, Frames.END_HEADERS, streamId, Http2Peer.post());
    }

    private static Http2Peer.Frame body(int streamId) {
        return frame(Frames.DATA, Frames.END_STREAM, streamId, Http2Test.STREAM.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private static Http2Peer.Frame reset(int streamId) {
        return frame(Frames.RST_STREAM, 0, streamId, Http2Peer.number(Http2Codes.CANCEL));
    }

    private static Http2Peer.Frame update(int streamId, int bytes) {
        return frame(Frames.WINDOW_UPDATE, 0, streamId, Http2Peer.number(bytes));
    }

    private static Http2Peer.Frame trailers(int streamId, int flags, String... fields) {
        return frame(Frames.HEADERS, flags, streamId, Http2Peer.block(fields));
    }

    private static byte[] settings(int key, int value) {
        byte[] payload = new byte[6];
        payload[1] = (byte) key;
        System.arraycopy(Http2Peer.number(value), 0, payload, 2, 4);
        return payload;
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }

    private static Arguments connection(String what, int code, Http2Peer.Frame... frames) {
        return Arguments.of(what, Frames.GOAWAY, 0, code, List.of(frames));
    }

    private static Arguments stream(String what, int code, Http2Peer.Frame... frames) {
        return Arguments.of(what, Frames.RST_STREAM, frames[0].streamId(), code, List.of(frames));
    }

    static List<Arguments> broken() {
        List<Arguments> rules = new ArrayList<>(ofStreams());
        rules.addAll(ofFrames());
        return rules;
    }

    private static List<Arguments> ofStreams() {
        byte[] window = Http2Peer.number(Integer.MAX_VALUE);
        return List.of(
                connection("data of an idle stream", Http2Codes.PROTOCOL, frame(Frames.DATA, 0, 1, NONE)),
                connection("a reset of an idle stream", Http2Codes.PROTOCOL, reset(1)),
                connection("a window of an idle stream", Http2Codes.PROTOCOL, update(1, 1)),
                connection("a continuation of an idle stream", Http2Codes.PROTOCOL, frame(Frames.CONTINUATION, 4, 1, NONE)),
                stream("data behind the end", Http2Codes.STREAM_CLOSED, open(1), body(1), frame(Frames.DATA, 0, 1, new byte[1])),
                stream("headers behind the end", Http2Codes.STREAM_CLOSED, open(1), body(1), trailers(1, ENDS, "x-a", "1")),
                connection("data behind the client's reset", Http2Codes.STREAM_CLOSED, open(1), reset(1), body(1)),
                connection("headers behind the client's reset", Http2Codes.STREAM_CLOSED, open(1), reset(1), open(1)),
                connection("headers of a stream that was passed over", Http2Codes.PROTOCOL, open(5), open(3)),
                stream("trailers without an end", Http2Codes.PROTOCOL, open(1), trailers(1, Frames.END_HEADERS, "x-a", "1")),
                stream("trailers with a pseudo-header", Http2Codes.PROTOCOL, open(1), trailers(1, ENDS, ":path", "/")),
                stream("trailers with a bad name", Http2Codes.PROTOCOL, open(1), trailers(1, ENDS, "X", "1")),
                stream("trailers before the announced length", Http2Codes.PROTOCOL,
                        frame(Frames.HEADERS, 4, 1, Http2Peer.post("content-length", "9")), trailers(1, ENDS, "x-a", "1")),
                stream("a window of nothing", Http2Codes.PROTOCOL, open(1), update(1, 0)),
                stream("a window too large", Http2Codes.FLOW_CONTROL, open(1), frame(Frames.WINDOW_UPDATE, 0, 1, window)),
                connection("a stream that depends on itself", Http2Codes.PROTOCOL,
                        frame(Frames.HEADERS, ENDS | Frames.WITH_PRIORITY, 1, join(new byte[] {0, 0, 0, 1, 0}, Http2Peer.post()))),
                connection("a window of nothing behind a reset", Http2Codes.PROTOCOL, open(1), reset(1), update(1, 0)));
    }

    private static List<Arguments> ofFrames() {
        return List.of(
                connection("a priority that depends on itself", Http2Codes.PROTOCOL,
                        frame(Frames.PRIORITY, 0, 1, new byte[] {0, 0, 0, 1, 0})),
                connection("a priority of no stream", Http2Codes.PROTOCOL, frame(Frames.PRIORITY, 0, 0, new byte[5])),
                connection("a priority of a wrong length", Http2Codes.FRAME_SIZE, frame(Frames.PRIORITY, 0, 1, new byte[4])),
                connection("a goodbye on a stream", Http2Codes.PROTOCOL, frame(Frames.GOAWAY, 0, 1, new byte[8])),
                connection("a short goodbye", Http2Codes.FRAME_SIZE, frame(Frames.GOAWAY, 0, 0, new byte[7])),
                connection("a ping on a stream", Http2Codes.PROTOCOL, frame(Frames.PING, 0, 1, new byte[8])),
                connection("settings on a stream", Http2Codes.PROTOCOL, frame(Frames.SETTINGS, 0, 1, NONE)),
                connection("settings cut short", Http2Codes.FRAME_SIZE, frame(Frames.SETTINGS, 0, 0, new byte[5])),
                connection("settings in an acknowledgement", Http2Codes.FRAME_SIZE,
                        frame(Frames.SETTINGS, Frames.ACK, 0, settings(Frames.ENABLE_PUSH, 0))),
                connection("a push of 2", Http2Codes.PROTOCOL, frame(Frames.SETTINGS, 0, 0, settings(Frames.ENABLE_PUSH, 2))),
                connection("frames of 16383 bytes", Http2Codes.PROTOCOL,
                        frame(Frames.SETTINGS, 0, 0, settings(Frames.MAX_FRAME_SIZE, 16_383))),
                connection("a first window of 2^31", Http2Codes.FLOW_CONTROL,
                        frame(Frames.SETTINGS, 0, 0, settings(Frames.INITIAL_WINDOW_SIZE, Integer.MIN_VALUE))),
                connection("settings that make a window too large", Http2Codes.FLOW_CONTROL, open(1), update(1, 1),
                        frame(Frames.SETTINGS, 0, 0, settings(Frames.INITIAL_WINDOW_SIZE, Integer.MAX_VALUE))),
                connection("a frame that is too large", Http2Codes.FRAME_SIZE, frame(Frames.PING, 0, 0, new byte[16_385])),
                connection("a short reset", Http2Codes.FRAME_SIZE, open(1), frame(Frames.RST_STREAM, 0, 1, new byte[3])),
                connection("a short window", Http2Codes.FRAME_SIZE, frame(Frames.WINDOW_UPDATE, 0, 0, new byte[3])),
                connection("another frame within a head", Http2Codes.PROTOCOL,
                        frame(Frames.HEADERS, 0, 1, Http2Peer.post()), frame(Frames.PING, 0, 0, new byte[8])),
                connection("another stream within a head", Http2Codes.PROTOCOL,
                        frame(Frames.HEADERS, 0, 1, Http2Peer.post()), frame(Frames.CONTINUATION, 4, 3, NONE)),
                connection("an unknown frame within a head", Http2Codes.PROTOCOL,
                        frame(Frames.HEADERS, 0, 1, Http2Peer.post()), frame(0x16, 0, 1, NONE)),
                connection("priority bytes cut short", Http2Codes.FRAME_SIZE,
                        frame(Frames.HEADERS, ENDS | Frames.WITH_PRIORITY, 1, new byte[4])),
                connection("a table size behind a field", Http2Codes.COMPRESSION,
                        frame(Frames.HEADERS, ENDS, 1, join(Http2Peer.post(), new byte[] {0x20}))),
                connection("an index of nothing", Http2Codes.COMPRESSION, frame(Frames.HEADERS, ENDS, 1, new byte[] {(byte) 0x80})));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void whoBreaksARuleIsTold(String what, int answer, int streamId, int code, List<Http2Peer.Frame> frames) throws IOException {
        try (Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet()) {
            for (Http2Peer.Frame frame : frames) {
                peer.send(frame.type(), frame.flags(), frame.streamId(), frame.payload());
            }
            assertEquals(code, peer.await(answer, streamId).code(), what);
        }
    }

    @Test
    void framesOfAStreamThatIsOverEndTheConnection() throws IOException {
        for (Http2Peer.Frame late : List.of(frame(Frames.DATA, 0, 1, new byte[1]), trailers(1, ENDS, "x-a", "1"))) {
            try (Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet()) {
                peer.send(Frames.HEADERS, ENDS, 1, get("/health/live"));
                assertTrue(peer.body(1).contains("UP"));
                peer.send(late.type(), late.flags(), 1, late.payload());
                assertEquals(Http2Codes.STREAM_CLOSED, peer.await(Frames.GOAWAY, 0).code());
            }
        }
    }

    private static byte[] get(String path) {
        return Http2Peer.block(":method", "GET", ":scheme", "https", ":path", path, ":authority", "localhost");
    }

    @Test
    void whatAClientMaySendLateIsPassedOver() throws IOException {
        try (Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet()) {
            peer.send(Frames.HEADERS, ENDS, 1, get("/health/live"));
            peer.body(1);
            for (Http2Peer.Frame late : List.of(update(1, 1), reset(1), frame(Frames.PRIORITY, 0, 1, new byte[5]),
                    frame(Frames.PRIORITY, 0, 9, new byte[5]), frame(0x16, 0xFF, 7, new byte[3]),
                    frame(Frames.PING, Frames.ACK, 0, new byte[8]),
                    frame(Frames.SETTINGS, 0, 0, settings(0x99, 7)))) {
                peer.send(late.type(), late.flags(), late.streamId(), late.payload());
            }
            // A stream that we reset: its frames may be on their way.
            peer.send(Frames.HEADERS, Frames.END_HEADERS, 3, Http2Peer.post());
            peer.send(Frames.WINDOW_UPDATE, 0, 3, Http2Peer.number(0));
            peer.send(Frames.DATA, 0, 3, new byte[9]);
            peer.send(Frames.HEADERS, ENDS, 3, Http2Peer.block("x-a", "1"));
            assertEquals(Http2Codes.PROTOCOL, peer.await(Frames.RST_STREAM, 3).code());
            byte[] ping = {1, 2, 3, 4, 5, 6, 7, 8};
            peer.send(Frames.PING, 0, 0, ping);
            assertArrayEquals(ping, peer.await(Frames.PING, 0).payload());
        }
    }

    @Test
    void theFirstFrameMustBeSettings() throws IOException {
        try (Http2Peer peer = new Http2Peer(gateway.port(), trusting)) {
            peer.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            peer.send(Frames.PING, 0, 0, new byte[8]);
            assertEquals(Http2Codes.PROTOCOL, peer.await(Frames.GOAWAY, 0).code());
        }
    }

    @Test
    void aRequestThatIsAnsweredEarlyIsToldToStopOnlyIfItGoesOn() throws IOException {
        try (Http2Peer peer = new Http2Peer(gateway.port(), trusting).greet()) {
            byte[] nowhere = Http2Peer.block(":method", "POST", ":scheme", "https", ":path", "/v1/nowhere", ":authority", "localhost");
            peer.send(Frames.HEADERS, Frames.END_HEADERS, 1, nowhere);
            assertTrue(peer.body(1).contains("unknown_path"));
            assertEquals(Http2Codes.NO_ERROR, peer.await(Frames.RST_STREAM, 1).code());
            peer.request(3, nowhere, "x");
            assertTrue(peer.body(3).contains("unknown_path"));
            peer.send(Frames.PING, 0, 0, new byte[8]);
            assertEquals(Frames.PING, peer.next().orElseThrow().type(), "no reset comes before it");
        }
    }
}
