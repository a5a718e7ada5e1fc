package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Holds what a server of HTTP/2 sends to the rules that it must keep, whatever its client did (RFC 9113 §4 to §6). */
final class Http2Witness {
    /** What came on one stream. */
    private static final class Seen {
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private String status = "";
        private boolean ended;
    }

    private final Map<Integer, Seen> streams = new HashMap<>();
    /** The connection's window. Those of streams may have been changed by settings that the server has not seen yet. */
    private long window = Frames.WINDOW_BYTES;
    private boolean settled;
    private boolean goodbye;

    /** A frame of the client that may widen the window was sent. */
    void sent(Http2Peer.Frame frame) {
        if (frame.type() == Frames.WINDOW_UPDATE && frame.streamId() == 0 && frame.payload().length == 4) {
            byte[] number = frame.payload();
            window += (number[0] & 0x7FL) << 24 | (number[1] & 0xFFL) << 16 | (number[2] & 0xFFL) << 8 | number[3] & 0xFFL;
        }
    }

    /** A frame of the server has come. */
    void came(Http2Peer.Frame frame, String name) {
        String what = name + ": " + frame;
        assertTrue(settled || frame.type() == Frames.SETTINGS, what);
        assertTrue(frame.payload().length <= Frames.MAX_BYTES, what);
        switch (frame.type()) {
            case Frames.SETTINGS -> {
                assertEquals(0, frame.streamId(), what);
                assertEquals(0, frame.payload().length % Frames.SETTING_BYTES, what);
                settled = true;
            }
            case Frames.PING -> assertTrue(frame.flags() == Frames.ACK && frame.payload().length == Frames.PING_BYTES, what);
            case Frames.GOAWAY -> {
                assertEquals(Frames.GOAWAY_BYTES, frame.payload().length, what);
                assertFalse(frame.code() == Http2Codes.INTERNAL, what);
                goodbye = true;
            }
            case Frames.WINDOW_UPDATE -> assertTrue(frame.payload().length == 4 && (frame.payload()[0] & 0x80) == 0, what);
            case Frames.RST_STREAM -> {
                assertEquals(4, frame.payload().length, what);
                assertFalse(frame.code() == Http2Codes.INTERNAL && stream(frame).status.isEmpty(), what);
                stream(frame).ended = true;
            }
            case Frames.HEADERS -> headers(frame, what);
            case Frames.DATA -> {
                window -= frame.payload().length;
                assertTrue(window >= 0, what + " beyond the window");
                Seen seen = stream(frame);
                assertFalse(seen.ended || seen.status.isEmpty(), what);
                seen.body.writeBytes(frame.payload());
                seen.ended = frame.ends();
            }
            default -> throw new AssertionError(what);
        }
    }

    private void headers(Http2Peer.Frame frame, String what) {
        assertTrue((frame.flags() & Frames.END_HEADERS) != 0, what);
        Seen seen = stream(frame);
        assertFalse(seen.ended, what);
        Http2Peer.fields(frame.payload()).forEach((field, value) -> {
            assertEquals(field.toLowerCase(java.util.Locale.ROOT), field, what);
            if (field.equals(":status")) {
                assertTrue(seen.status.isEmpty() || seen.status.startsWith("1"), what + " twice");
                seen.status = value;
            }
        });
        assertTrue(seen.status.matches("[1-5]\\d\\d"), what + " with status " + seen.status);
        seen.ended = frame.ends();
    }

    private Seen stream(Http2Peer.Frame frame) {
        assertTrue(frame.streamId() > 0 && frame.streamId() % 2 == 1, () -> "a frame of no client's stream: " + frame);
        return streams.computeIfAbsent(frame.streamId(), id -> new Seen());
    }

    /** Whether the server has ended the connection. */
    boolean goodbye() {
        return goodbye;
    }

    /** Whether the stream has ended here. */
    boolean ended(int streamId) {
        return streams.containsKey(streamId) && streams.get(streamId).ended;
    }

    /** The bodies that came, each behind its status. */
    Map<String, String> answers() {
        Map<String, String> answers = new HashMap<>();
        streams.forEach((id, seen) -> answers.put(id + " " + seen.status + (seen.ended ? "" : " open"),
                seen.body.toString(StandardCharsets.UTF_8)));
        return answers;
    }
}
