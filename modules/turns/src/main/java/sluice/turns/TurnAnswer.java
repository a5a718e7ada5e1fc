package sluice.turns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import sluice.api.ClientSink;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.buffers.AnswerRoom;
import sluice.forward.Answer;
import sluice.json.ByteSearch;
import sluice.json.JsonStrings;
import sluice.responses.BehindEnd;
import sluice.responses.ErrorEvent;
import sluice.responses.ErrorMessage;
import sluice.websocket.CloseCodes;
import sluice.websocket.Utf8Check;

/**
 * The answer to a turn: events as messages, errors as {@code error} messages. A socket keeps itself awake. Confined to the turn's
 * thread, except {@link #clientGone}.
 */
final class TurnAnswer implements Answer {
    private static final byte[] STREAM_ID = "\"stream_id\"".getBytes(StandardCharsets.US_ASCII);

    /** A byte that is no text becomes a character of three; two more stand for it meanwhile. */
    private static final int MOST_BYTES_FOR_ONE = 5;

    private final ClientSocket socket;
    private final String requestId;
    private final String streamId;
    private final Runnable turnAway;
    private final SseMessages messages = new SseMessages(this::message, AnswerRoom.shared());
    private Runnable onFirstOutput = () -> { };
    private int status;
    private boolean outputSent;
    private volatile boolean clientGone;

    /**
     * An answer.
     *
     * @param streamId tells turns at the same time apart; empty without one
     * @param turnAway tells the client to use HTTP, where its model has no WebSocket
     */
    TurnAnswer(ClientSocket socket, String requestId, String streamId, Runnable turnAway) {
        this.socket = socket;
        this.requestId = requestId;
        this.streamId = streamId;
        this.turnAway = turnAway;
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public int status() {
        return status;
    }

    /** A message has no headers, so nothing is out before the first output. */
    @Override
    public boolean headersSent() {
        return outputSent;
    }

    @Override
    public boolean outputSent() {
        return outputSent;
    }

    @Override
    public boolean stalled() {
        return socket.stalled();
    }

    @Override
    public void onFirstOutput(Runnable action) {
        onFirstOutput = action;
    }

    @Override
    public void tellTiming(Timing timing) {
        // A message has no place for it.
    }

    @Override
    public void begin(int code, long bodyBytes, Head head) {
        status = code;
    }

    @Override
    public void write(byte[] buffer, int offset, int length, boolean boundary) throws ClientSink.Gone {
        if (clientGone) {
            throw new ClientSink.Gone(socket.stalled(), "the client left");
        }
        if (!outputSent) {
            outputSent = true;
            onFirstOutput.run();
        }
        try {
            messages.accept(buffer, offset, length);
            socket.flush();
        } catch (AnswerRoom.Exhausted e) {
            clientGone = true;
            socket.close(CloseCodes.TOO_BIG, "no memory for a message of this size");
            throw new ClientSink.Gone(false, e.getMessage());
        } catch (IOException e) {
            clientGone = true;
            throw new ClientSink.Gone(socket.stalled(), "the client left: " + e.getMessage());
        }
    }

    private void message(byte[] buffer, int offset, int length) throws IOException {
        if (BehindEnd.isDone(buffer, offset, offset + length)) {
            return;
        }
        if (!Utf8Check.isText(buffer, offset, offset + length)) {
            sendAsText(buffer, offset, length);
        } else {
            sendText(buffer, offset, length);
        }
    }

    /**
     * An account may send anything, but a text message is UTF-8, and a client that gets another ends the connection and all its turns (RFC
     * 6455 §8.1). What is none is replaced, as who reads a stream of events replaces it (WHATWG HTML §9.2.5).
     */
    private void sendAsText(byte[] buffer, int offset, int length) throws IOException {
        try (AnswerRoom.Part part = AnswerRoom.shared().part()) {
            part.hold(MOST_BYTES_FOR_ONE * (long) length);
            byte[] text = new String(buffer, offset, length, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
            sendText(text, 0, text.length);
        }
    }

    private void sendText(byte[] buffer, int offset, int length) throws IOException {
        if (streamId.isEmpty() || ByteSearch.indexOf(buffer, offset, offset + length, STREAM_ID) >= 0) {
            socket.sendLater(buffer, offset, length);
        } else {
            sendNamed(buffer, offset, length);
        }
    }

    private void sendNamed(byte[] buffer, int offset, int length) throws IOException {
        try (AnswerRoom.Part part = AnswerRoom.shared().part()) {
            part.hold(length);
            byte[] member = (",\"stream_id\":" + JsonStrings.quote(streamId)).getBytes(StandardCharsets.UTF_8);
            int at = length - 1;
            while (at > 0 && buffer[offset + at] != '}') {
                at--;
            }
            byte[] named = new byte[length + member.length];
            System.arraycopy(buffer, offset, named, 0, at);
            System.arraycopy(member, 0, named, at, member.length);
            System.arraycopy(buffer, offset + at, named, at + member.length, length - at);
            socket.sendLater(named, 0, named.length);
        }
    }

    /** No event follows. */
    void over() {
        messages.close();
    }

    /** What the gateway says itself does not name the stream; the message must, so that the client knows which one it is about. */
    private byte[] withStreamId(String json) {
        int end = json.lastIndexOf('}');
        return (json.substring(0, end) + ",\"stream_id\":" + JsonStrings.quote(streamId) + "}").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void fail(GatewayError error) {
        if (outputSent) {
            String json = new ErrorEvent(error, 0, System.currentTimeMillis() / 1000).json();
            socket.sendQuietly(streamId.isEmpty() ? json.getBytes(StandardCharsets.UTF_8) : withStreamId(json));
            return;
        }
        status = error.status();
        socket.sendQuietly(ErrorMessage.of(error, streamId));
        if (error.status() == 401) {
            socket.closeWithoutKey();
        } else if (error.code().equals("websocket_unavailable")) {
            turnAway.run();
        }
    }

    @Override
    public void passRefusalOn(int code, Head head, byte[] body) {
        status = code;
        Headers.Builder headers = Headers.builder();
        head.writeTo(new Lines() {
            @Override
            public void add(String name, String value) {
                headers.add(name, value);
            }

            @Override
            public void add(Headers from, int index) {
                headers.add(from, index);
            }
        });
        socket.sendQuietly(ErrorMessage.of(code, headers.build(), body, streamId));
    }

    @Override
    public void sendWhole(byte[] body) throws ClientSink.Gone {
        write(body, 0, body.length, true);
    }

    @Override
    public void end() {
        // The terminal event is the end.
    }

    @Override
    public void abort() {
        // The client has been told by a message; the connection goes on with the next turn.
    }

    @Override
    public void allow(String methods) {
        // A message has no method.
    }

    @Override
    public void closeAfter() {
        // The socket looks after its own end.
    }

    @Override
    public void keepAwake(long nanos) {
        // The socket pings whenever it is silent.
    }

    @Override
    public void keepAwakeWithoutHeaders(long firstNanos, long nanos) {
        // as above
    }

    @Override
    public void keepAwakeAsJson(long nanos) {
        // A turn is no JSON answer.
    }

    @Override
    public void letSleep() {
        // as above
    }

    @Override
    public void writeTimingComment() {
        // A message has no place for it.
    }

    @Override
    public void clientGone() {
        clientGone = true;
    }
}
