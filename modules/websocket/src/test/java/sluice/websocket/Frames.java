package sluice.websocket;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Writes frames byte by byte, legal or not, and reads them in the plainest way there is: the reference for the codec. */
final class Frames {
    static final int FIN = 0x80;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final byte[] KEY = {0x37, (byte) 0xFA, 0x21, 0x3D};

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<Integer> headerBytes = new ArrayList<>();
    private final boolean masked;

    Frames(boolean masked) {
        this.masked = masked;
    }

    /** A frame of the client that is under test's peer. */
    static Frames ofClient() {
        return new Frames(true);
    }

    static Frames ofServer() {
        return new Frames(false);
    }

    Frames text(String text) {
        return frame(FIN | TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    Frames frame(int first, String text) {
        return frame(first, text.getBytes(StandardCharsets.UTF_8));
    }

    Frames frame(int first, byte[] payload) {
        int length = payload.length;
        int width = length < 126 ? 0 : length <= 0xFFFF ? 2 : 8;
        header(first, width == 0 ? length : width == 2 ? 126 : 127, width, length);
        for (int i = 0; i < length; i++) {
            out.write(masked ? payload[i] ^ KEY[i % 4] : payload[i]);
        }
        return this;
    }

    /** Only a header, with a length of {@code width} bytes behind the short one. */
    Frames header(int first, int shortLength, int width, long length) {
        int start = out.size();
        out.write(first);
        out.write(shortLength | (masked ? 0x80 : 0));
        for (int i = width - 1; i >= 0; i--) {
            out.write((int) (length >>> i * 8));
        }
        if (masked) {
            out.writeBytes(KEY);
        }
        for (int i = start; i < out.size(); i++) {
            headerBytes.add(i);
        }
        return this;
    }

    Frames close(int code, String reason) {
        return frame(FIN | CLOSE, closePayload(code, reason.getBytes(StandardCharsets.UTF_8)));
    }

    static byte[] closePayload(int code, byte[] reason) {
        return ByteBuffer.allocate(2 + reason.length).putShort((short) code).put(reason).array();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /** Where headers are. */
    List<Integer> headerPositions() {
        return headerBytes;
    }

    /** What the codec must make of {@code bytes} as they come from a client: one line for each event, the last one an end. */
    static List<String> expected(byte[] bytes, boolean fromClient, int maxMessageBytes) {
        List<String> events = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int kind = 0;
        while (true) {
            if (in.remaining() < 2) {
                return ended(events, 1006);
            }
            int first = in.get() & 0xFF;
            int second = in.get() & 0xFF;
            int opcode = first & 0xF;
            boolean fin = (first & FIN) != 0;
            long length = second & 0x7F;
            boolean illegal = (first & 0x70) != 0 || (second & 0x80) != 0 != fromClient
                    || !List.of(0, 1, 2, 8, 9, 10).contains(opcode) || opcode >= 8 && (!fin || length > 125)
                    || opcode == 0 && kind == 0 || (opcode == 1 || opcode == 2) && kind != 0;
            if (illegal) {
                return ended(events, 1002);
            }
            if (length >= 126) {
                int width = length == 126 ? 2 : 8;
                if (in.remaining() < width) {
                    return ended(events, 1006);
                }
                length = width == 2 ? in.getShort() & 0xFFFF : in.getLong();
                if (length < 0 || length < 126 || width == 8 && length <= 0xFFFF) {
                    return ended(events, 1002);
                }
            }
            if (opcode < 8 && length + message.size() > maxMessageBytes) {
                return ended(events, 1009);
            }
            byte[] key = new byte[4];
            if (fromClient) {
                if (in.remaining() < 4) {
                    return ended(events, 1006);
                }
                in.get(key);
            }
            if (opcode < 8) {
                kind = opcode == 0 ? kind : opcode;
            }
            byte[] payload = new byte[(int) Math.min(length, in.remaining())];
            in.get(payload);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= key[i % 4];
            }
            if (opcode < 8) {
                message.writeBytes(payload);
                boolean whole = fin && payload.length == length;
                if (kind == TEXT && !utf8(message.toByteArray(), whole)) {
                    return ended(events, 1007);
                }
            }
            if (payload.length < length) {
                return ended(events, 1006);
            }
            if (opcode == CLOSE) {
                return ended(events, closeCode(payload));
            }
            if (opcode == PONG) {
                events.add("pong " + HexFormat.of().formatHex(payload));
            }
            if (opcode < 8 && fin) {
                events.add((kind == TEXT ? "text " : "binary ") + HexFormat.of().formatHex(message.toByteArray()));
                message.reset();
                kind = 0;
            }
        }
    }

    private static int closeCode(byte[] payload) {
        if (payload.length == 0) {
            return 1005;
        }
        if (payload.length == 1) {
            return 1002;
        }
        int code = ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        boolean legal = code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999;
        if (!legal) {
            return 1002;
        }
        byte[] reason = new byte[payload.length - 2];
        System.arraycopy(payload, 2, reason, 0, reason.length);
        return utf8(reason, true) ? code : 1007;
    }

    /** Whether {@code bytes} are UTF-8, or, if they are not whole, could become it. */
    static boolean utf8(byte[] bytes, boolean whole) {
        var decoder = StandardCharsets.UTF_8.newDecoder();
        if (whole) {
            try {
                decoder.decode(ByteBuffer.wrap(bytes));
                return true;
            } catch (CharacterCodingException e) {
                return false;
            }
        }
        return !decoder.decode(ByteBuffer.wrap(bytes), java.nio.CharBuffer.allocate(bytes.length + 1), false).isError();
    }

    private static List<String> ended(List<String> events, int code) {
        events.add("closed " + code);
        return events;
    }

    /** What the codec makes of {@code link}, in the same words. */
    static List<String> received(WebSocketConnection connection) {
        List<String> events = new ArrayList<>();
        while (true) {
            switch (connection.receive()) {
                case WebSocketEvent.Message m -> events.add((m.text() ? "text " : "binary ")
                        + HexFormat.of().formatHex(m.buffer(), m.offset(), m.offset() + m.length()));
                case WebSocketEvent.Pong p -> events.add("pong " + HexFormat.of().formatHex(p.payload()));
                case WebSocketEvent.Closed c -> {
                    return ended(events, c.code());
                }
            }
        }
    }
}
