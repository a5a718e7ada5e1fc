package sluice.websocket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import sluice.api.OutboundBody;
import sluice.api.Sweeper;
import sluice.http1.HttpInput;
import sluice.net.Link;

/**
 * One end of an open WebSocket (RFC 6455), without extensions. Messages are whole; pings are answered and closes echoed by
 * {@link #receive}, so one thread should always be in it. One thread receives; any thread sends.
 */
public final class WebSocketConnection implements AutoCloseable {
    /** Largest message by default. */
    public static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
    /** Time for a peer to answer our close frame. */
    public static final long GOODBYE_NANOS = 1_000_000_000;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LARGEST_LIMIT_BYTES = 1024 * 1024 * 1024;
    private static final int MAX_REASON_BYTES = 123;
    private static final int MAX_DRAINED_BYTES = 1024 * 1024;

    private final Link link;
    private final HttpInput input;
    private final LongSupplier nanoClock;
    private final MessageInput reader;
    private final FrameWriter writer;
    /** For pings and pongs. */
    private final Indulgence controls;
    private Optional<WebSocketEvent.Closed> ended = Optional.empty();

    private WebSocketConnection(Link link, HttpInput input, boolean client, int maxMessageBytes, MessageRoom room,
            LongSupplier nanoClock) {
        if (maxMessageBytes < 1 || maxMessageBytes > LARGEST_LIMIT_BYTES) {
            throw new IllegalArgumentException("maxMessageBytes: 1.." + LARGEST_LIMIT_BYTES + ", not " + maxMessageBytes);
        }
        this.link = link;
        this.input = input;
        this.nanoClock = nanoClock;
        controls = new Indulgence(nanoClock);
        reader = new MessageInput(input, !client, maxMessageBytes, room);
        IntSupplier keys = RANDOM::nextInt;
        writer = client ? FrameWriter.masking(link, keys) : FrameWriter.plain(link);
    }

    /**
     * Our end is the client's: we mask.
     *
     * @param input what read the handshake from {@code link}, with anything that came behind it
     */
    public static WebSocketConnection client(Link link, HttpInput input, int maxMessageBytes, LongSupplier nanoClock) {
        return client(link, input, maxMessageBytes, MessageRoom.UNLIMITED, nanoClock);
    }

    /** Our end is the client's, and messages need {@code room} while they are received. */
    public static WebSocketConnection client(Link link, HttpInput input, int maxMessageBytes, MessageRoom room,
            LongSupplier nanoClock) {
        return new WebSocketConnection(link, input, true, maxMessageBytes, room, nanoClock);
    }

    /**
     * Our end is the server's: the peer masks.
     *
     * @param input what read the handshake from {@code link}, with anything that came behind it
     */
    public static WebSocketConnection server(Link link, HttpInput input, int maxMessageBytes, LongSupplier nanoClock) {
        return server(link, input, maxMessageBytes, MessageRoom.UNLIMITED, nanoClock);
    }

    /** Our end is the server's, and messages need {@code room} while they are received. */
    public static WebSocketConnection server(Link link, HttpInput input, int maxMessageBytes, MessageRoom room,
            LongSupplier nanoClock) {
        return new WebSocketConnection(link, input, false, maxMessageBytes, room, nanoClock);
    }

    /** Waits for the next event. After a {@link WebSocketEvent.Closed}, returns that one again. */
    public WebSocketEvent receive() {
        while (ended.isEmpty()) {
            try {
                switch (reader.next()) {
                    case MessageInput.Received.Data data -> {
                        return new WebSocketEvent.Message(data.text(), data.buffer(), data.offset(), data.length());
                    }
                    case MessageInput.Received.Control control -> {
                        Optional<WebSocketEvent> event = control(control);
                        if (event.isPresent()) {
                            return event.get();
                        }
                    }
                }
            } catch (ProtocolViolation e) {
                end(new WebSocketEvent.Closed(e.code(), e.getMessage(), false));
                trySendClose(e.code(), e.getMessage());
            } catch (IOException e) {
                end(new WebSocketEvent.Closed(CloseCodes.ABNORMAL, String.valueOf(e.getMessage()), true));
            }
        }
        return ended.get();
    }

    /** The message that was received last keeps its bytes for as long as the caller wants. Called by the receiving thread. */
    public void keepMessage() {
        reader.keepBuffer();
    }

    /** Whether a whole message is here already, so that {@link #receive} gives it without waiting. By the receiving thread. */
    public boolean hasWholeMessage() {
        return reader.hasWholeMessage();
    }

    /**
     * Passes a message on as it came, with a new header and, on a client's end, a mask; in one write, without a copy. Its
     * bytes are spent: they may be masked in place.
     */
    public void relay(WebSocketEvent.Message message) throws IOException {
        int opcode = message.text() ? MessageInput.OPCODE_TEXT : MessageInput.OPCODE_BINARY;
        if (message.offset() < MessageInput.HEADER_BYTES) {
            throw new IllegalArgumentException("message.offset: no room for a header before it");
        }
        writer.sendInPlace(opcode, message.buffer(), message.offset(), message.length());
    }

    /** Sends a text message, which must be UTF-8; the body's bytes stay as they are. */
    public void sendText(OutboundBody body) throws IOException {
        writer.send(MessageInput.OPCODE_TEXT, body);
    }

    /** Sends a text message, which must be UTF-8; the bytes stay as they are. */
    public void sendText(byte[] source, int offset, int length) throws IOException {
        writer.send(MessageInput.OPCODE_TEXT, OutboundBody.of(source, offset, length));
    }

    /**
     * Takes a text message, which must be UTF-8, to be sent with the next one or by {@link #flush}, whichever comes first; many
     * small messages then cost one write.
     */
    public void sendTextLater(byte[] source, int offset, int length) throws IOException {
        writer.sendLater(MessageInput.OPCODE_TEXT, source, offset, length);
    }

    /** Sends what {@link #sendTextLater} took; true if there was anything. */
    public boolean flush() throws IOException {
        return writer.flush();
    }

    /** Sends a text message. */
    public void sendText(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sendText(bytes, 0, bytes.length);
    }

    /** Sends a ping of at most 125 bytes, behind the message that is being written, if any. */
    public void ping(byte[] payload) throws IOException {
        if (payload.length > 125) {
            throw new IllegalArgumentException("ping: at most 125 bytes, not " + payload.length);
        }
        writer.control(MessageInput.OPCODE_PING, payload);
    }

    /**
     * Sends a close frame, behind the message that is being written, if any; no message can be sent after it. Only the first
     * call counts. What the peer still sends can be received, up to its own close.
     *
     * @param reason cut to fit the frame
     */
    public void sendClose(int code, String reason) throws IOException {
        if (!CloseCodes.mayBeSent(code)) {
            throw new IllegalArgumentException("close: a code that may be sent, not " + code);
        }
        writer.control(MessageInput.OPCODE_CLOSE, closePayload(code, reason));
    }

    /**
     * Ends the connection so that a close frame is not lost to a reset: ends our side, drops what still comes until the peer
     * ends its own, for at most {@code limitNanos}, and closes. Called by the receiving thread.
     */
    public void finish(Sweeper sweeper, long limitNanos) {
        long start = nanoClock.getAsLong();
        Sweeper.Registration watch = sweeper.watch(now -> {
            if (now - start >= limitNanos) {
                link.close();
            }
        });
        try {
            // A close frame waits behind a message that another thread is writing.
            writer.drain();
            link.finishOutput();
            byte[] dropped = new byte[4 * 1024];
            int total = 0;
            for (int count = 0; count >= 0 && total < MAX_DRAINED_BYTES; total += count) {
                count = input.read(dropped, 0, dropped.length);
            }
        } catch (IOException e) {
            // It ends either way.
        } finally {
            watch.close();
            link.close();
        }
    }

    /** Closes the link, without a close frame. Wakes the receiving thread. */
    @Override
    public void close() {
        link.close();
    }

    private Optional<WebSocketEvent> control(MessageInput.Received.Control control) throws IOException {
        if (!controls.spend()) {
            throw new ProtocolViolation(CloseCodes.POLICY_VIOLATION, "too many control frames");
        }
        byte[] payload = control.payload();
        switch (control.opcode()) {
            case MessageInput.OPCODE_PING -> {
                writer.control(MessageInput.OPCODE_PONG, payload);
                return Optional.empty();
            }
            case MessageInput.OPCODE_PONG -> {
                return Optional.of(new WebSocketEvent.Pong(payload));
            }
            default -> {
                WebSocketEvent.Closed closed = MessageInput.closed(payload);
                end(closed);
                trySendClose(closed.code(), "");
                return Optional.of(closed);
            }
        }
    }

    private void end(WebSocketEvent.Closed closed) {
        ended = Optional.of(closed);
    }

    private void trySendClose(int code, String reason) {
        try {
            byte[] payload = code == CloseCodes.NONE ? new byte[0] : closePayload(code, reason);
            writer.control(MessageInput.OPCODE_CLOSE, payload);
        } catch (IOException e) {
            // The peer has gone already; there is nobody to tell.
        }
    }

    private static byte[] closePayload(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, MAX_REASON_BYTES);
        while (length < text.length && length > 0 && (text[length] & 0xC0) == 0x80) {
            length--;
        }
        byte[] payload = new byte[2 + length];
        payload[0] = (byte) (code >>> Byte.SIZE);
        payload[1] = (byte) code;
        System.arraycopy(text, 0, payload, 2, length);
        return payload;
    }
}
