package sluice.websocket;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import sluice.http1.HttpInput;

/**
 * Reads frames (RFC 6455 §5) and joins the fragments of a message as bytes. Confined to the thread that receives.
 *
 * <p>A length that a header claims allocates at most {@value #CLAMP_BYTES} bytes before as many have come.
 */
final class MessageInput {
    /** Longest header of a frame: two bytes, eight of length, four of key. */
    static final int HEADER_BYTES = 14;
    static final int CLAMP_BYTES = 1024 * 1024;

    static final int OPCODE_CONTINUATION = 0;
    static final int OPCODE_TEXT = 1;
    static final int OPCODE_BINARY = 2;
    static final int OPCODE_CLOSE = 8;
    static final int OPCODE_PING = 9;
    static final int OPCODE_PONG = 10;

    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int OPCODE = 0x0F;
    private static final int CONTROL = 0x08;
    private static final int MASKED = 0x80;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int MAX_CONTROL_BYTES = 125;
    private static final int FIRST_BUFFER_BYTES = 4 * 1024;
    /** A shorter rest of a message is read through the input's buffer, with what follows it. */
    private static final int AHEAD_BYTES = 2 * 1024;
    /** A larger buffer is given up after its message, so that an idle connection stays small. */
    private static final int KEEP_BUFFER_BYTES = 16 * 1024;
    /** Fragments without a byte bring a message no nearer to its end; real senders close with at most one. */
    private static final int MAX_EMPTY_FRAGMENTS = 1024;

    private final HttpInput input;
    private final boolean fromClient;
    private final int maxMessageBytes;
    private final MessageRoom room;
    private final Utf8Check utf8 = new Utf8Check();
    private byte[] buffer = new byte[0];
    private int end = HEADER_BYTES;
    private boolean inMessage;
    private boolean text;
    private boolean delivered;
    /** Bytes of the message so far. */
    private long messageBytes;
    /** There is no room for the message: it is read past. */
    private boolean passing;
    private int emptyFragments;

    /** Reads what a client, or a server, sends. */
    MessageInput(HttpInput input, boolean fromClient, int maxMessageBytes, MessageRoom room) {
        this.input = input;
        this.fromClient = fromClient;
        this.maxMessageBytes = maxMessageBytes;
        this.room = room;
    }

    /** One received thing: a whole message or one control frame. */
    sealed interface Received {
        record Data(boolean text, byte[] buffer, int offset, int length) implements Received { }

        record Control(int opcode, byte[] payload) implements Received { }
    }

    /** The buffer of the message that was last returned stays as it is. */
    void keepBuffer() {
        buffer = new byte[0];
    }

    /**
     * Reads the next message or control frame.
     *
     * @throws ProtocolViolation if the peer breaks the rules
     * @throws EOFException if the connection ends
     */
    Received next() throws IOException {
        if (delivered) {
            forget();
        }
        while (true) {
            int first = readByte();
            int second = readByte();
            int opcode = first & OPCODE;
            boolean fin = (first & FIN) != 0;
            check(first, second, opcode, fin);
            if ((opcode & CONTROL) != 0) {
                return control(opcode, second & ~MASKED);
            }
            long length = length(second & ~MASKED);
            if (length > maxMessageBytes - messageBytes) {
                throw new ProtocolViolation(CloseCodes.TOO_BIG, "a message above " + maxMessageBytes + " bytes");
            }
            if (opcode != OPCODE_CONTINUATION) {
                if (fromClient) {
                    input.messageBegins();
                }
                inMessage = true;
                text = opcode == OPCODE_TEXT;
            }
            messageBytes += length;
            if (!passing && !room.reserve((int) length)) {
                passing = true;
                buffer = new byte[FIRST_BUFFER_BYTES];
            }
            payload((int) length, fin);
            if (fin) {
                Received message = message();
                if (!passing) {
                    return message;
                }
                long passed = messageBytes;
                forget();
                room.passed(passed);
            }
        }
    }

    /** Whether {@link #next} would give a message without waiting; never of one that comes in fragments. */
    boolean hasWholeMessage() {
        int have = input.bufferedBytes();
        if (have < 2 || inMessage) {
            return false;
        }
        int first = input.peek(0);
        int opcode = first & OPCODE;
        if ((first & FIN) == 0 || opcode != OPCODE_TEXT && opcode != OPCODE_BINARY) {
            return false;
        }
        int length = input.peek(1) & ~MASKED;
        int header = fromClient ? 2 + Integer.BYTES : 2;
        if (length == LENGTH_64 || length == LENGTH_16 && have < 2 + Short.BYTES) {
            return false;
        }
        if (length == LENGTH_16) {
            length = input.peek(2) << Byte.SIZE | input.peek(3);
            header += Short.BYTES;
        }
        return have >= header + length;
    }

    private void check(int first, int second, int opcode, boolean fin) throws ProtocolViolation {
        if ((first & RESERVED) != 0) {
            throw violation("a reserved bit is set, and no extension was negotiated");
        }
        if ((second & MASKED) != 0 != fromClient) {
            throw violation(fromClient ? "a client's frame without a mask" : "a server's frame with a mask");
        }
        switch (opcode) {
            case OPCODE_CONTINUATION -> require(inMessage, "a continuation without a message");
            case OPCODE_TEXT, OPCODE_BINARY -> require(!inMessage, "a message within a message");
            case OPCODE_CLOSE, OPCODE_PING, OPCODE_PONG -> {
                require(fin, "a fragmented control frame");
                require((second & ~MASKED) <= MAX_CONTROL_BYTES, "a control frame above 125 bytes");
            }
            default -> throw violation("an unknown opcode");
        }
    }

    /** RFC 6455 §5.2: the shortest form only, and no top bit. */
    private long length(int short7) throws IOException {
        if (short7 < LENGTH_16) {
            return short7;
        }
        int count = short7 == LENGTH_64 ? Long.BYTES : Short.BYTES;
        long length = 0;
        for (int i = 0; i < count; i++) {
            length = length << Byte.SIZE | readByte();
        }
        require(length >= 0, "a length with its top bit set");
        require(length > (count == Long.BYTES ? 0xFFFF : LENGTH_16 - 1), "a length that is not in its shortest form");
        return length;
    }

    private Received control(int opcode, int length) throws IOException {
        int key = fromClient ? key() : 0;
        byte[] payload = new byte[length];
        int have = 0;
        while (have < length) {
            have += read(payload, have, length - have);
        }
        if (fromClient) {
            FrameMask.apply(payload, 0, payload, 0, length, key, 0);
        }
        return new Received.Control(opcode, payload);
    }

    private void payload(int length, boolean fin) throws IOException {
        int key = fromClient ? key() : 0;
        if (length == 0 && !fin && ++emptyFragments > MAX_EMPTY_FRAGMENTS) {
            throw new ProtocolViolation(CloseCodes.POLICY_VIOLATION, "too many empty fragments");
        }
        int done = 0;
        while (done < length) {
            if (passing) {
                end = HEADER_BYTES;
            }
            int free = passing ? buffer.length - end : reserve(length - done, fin);
            int count = read(buffer, end, Math.min(free, length - done));
            if (fromClient) {
                FrameMask.apply(buffer, end, buffer, end, count, key, done);
            }
            if (text && !utf8.accept(buffer, end, end + count)) {
                throw new ProtocolViolation(CloseCodes.NOT_UTF8, "a text that is not UTF-8");
            }
            end += count;
            done += count;
        }
    }

    private Received message() throws ProtocolViolation {
        if (text && !utf8.complete()) {
            throw new ProtocolViolation(CloseCodes.NOT_UTF8, "a text that ends within a character");
        }
        inMessage = false;
        delivered = true;
        reserve(0, true);
        return new Received.Data(text, buffer, HEADER_BYTES, end - HEADER_BYTES);
    }

    private void forget() {
        delivered = false;
        passing = false;
        messageBytes = 0;
        end = HEADER_BYTES;
        emptyFragments = 0;
        utf8.reset();
        if (buffer.length > KEEP_BUFFER_BYTES) {
            buffer = new byte[0];
        }
    }

    /**
     * Makes room for at least one of {@code more} bytes; returns how many fit. The size is exact where the end is known, and
     * doubles where it is not, so that many small fragments are not copied each time.
     */
    private int reserve(int more, boolean last) {
        int wanted = end + more;
        if (wanted > buffer.length && (end >= buffer.length || wanted <= CLAMP_BYTES)) {
            int doubled = (int) Math.min(2L * buffer.length, (long) maxMessageBytes + HEADER_BYTES);
            int least = Math.max(FIRST_BUFFER_BYTES, Math.min(wanted, CLAMP_BYTES));
            buffer = Arrays.copyOf(buffer, Math.max(least, last ? Math.min(wanted, doubled) : doubled));
        }
        return buffer.length - end;
    }

    private int key() throws IOException {
        int key = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            key |= readByte() << i * Byte.SIZE;
        }
        return key;
    }

    private int readByte() throws IOException {
        int b = input.read();
        if (b < 0) {
            throw new EOFException("the connection ended without a close frame");
        }
        return b;
    }

    private int read(byte[] target, int offset, int length) throws IOException {
        if (length < AHEAD_BYTES && !input.hasBuffered()) {
            // What follows a short rest is read along with it.
            input.fill();
        }
        int count = input.read(target, offset, length);
        room.received(Math.max(0, count));
        if (count < 0) {
            throw new EOFException("the connection ended within a frame");
        }
        return count;
    }

    private static void require(boolean right, String otherwise) throws ProtocolViolation {
        if (!right) {
            throw violation(otherwise);
        }
    }

    private static ProtocolViolation violation(String what) {
        return new ProtocolViolation(CloseCodes.PROTOCOL_ERROR, what);
    }

    /** Checks a close frame's payload (RFC 6455 §5.5.1) and reads it. */
    static WebSocketEvent.Closed closed(byte[] payload) throws ProtocolViolation {
        if (payload.length == 0) {
            return new WebSocketEvent.Closed(CloseCodes.NONE, "", true);
        }
        require(payload.length > 1, "a close frame of one byte");
        int code = (payload[0] & 0xFF) << Byte.SIZE | payload[1] & 0xFF;
        require(CloseCodes.mayBeSent(code), "a close code that must not be sent");
        Utf8Check check = new Utf8Check();
        if (!check.accept(payload, 2, payload.length) || !check.complete()) {
            throw new ProtocolViolation(CloseCodes.NOT_UTF8, "a close reason that is not UTF-8");
        }
        String reason = new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
        return new WebSocketEvent.Closed(code, reason, true);
    }
}
