package sluice.simulator;

import java.io.IOException;
import java.util.Optional;
import sluice.json.JsonStrings;
import sluice.net.ByteBuilder;
import sluice.websocket.WebSocketConnection;

/** Messages of one turn. Confined to the stream's thread. */
final class WebSocketOut {
    private final WebSocketConnection peer;
    private final ReceivedRequest request;
    private final String stream;
    private final ByteBuilder message = new ByteBuilder(1024);
    private long sent;

    WebSocketOut(WebSocketConnection peer, ReceivedRequest request, Optional<String> stream) {
        this.peer = peer;
        this.request = request;
        this.stream = stream.map(id -> ",\"stream_id\":" + JsonStrings.quote(id)).orElse("");
    }

    void error(ApiError error, Fault fault) throws IOException {
        String retry = fault.has(FaultOption.RETRY)
                ? ",\"headers\":{\"retry-after\":\"" + fault.count(FaultOption.RETRY, 0) + "\"}" : "";
        message.reset(1024);
        message.bytes(BodyOut.bytes("{\"type\":\"error\",\"status\":" + error.status() + ",\"error\":" + error.inner()
                + retry + stream + "}"));
        request.events(request.events() + 1);
        send(error.status());
    }

    EventOut events(Fault fault, Pauses pauses) {
        byte[] suffix = BodyOut.bytes(stream + "}");
        return new EventOut(request, fault, pauses) {
            @Override
            void write(String type, int number, byte[] rest) throws IOException {
                message.reset(64 * 1024);
                message.ascii("{\"type\":\"").ascii(type).ascii("\"");
                if (number >= 0) {
                    message.ascii(",\"sequence_number\":").decimal(number);
                }
                message.bytes(rest).bytes(suffix);
                sendLater();
            }

            @Override
            void error(ApiError error) throws IOException {
                peer.flush();
                WebSocketOut.this.error(error, fault);
            }

            @Override
            void comment() {
                // A WebSocket has none.
            }

            @Override
            void badChunk() {
                // A WebSocket has none.
            }

            @Override
            void done() {
                // A WebSocket has no such end.
            }

            @Override
            void flush() throws IOException {
                peer.flush();
            }
        };
    }

    /** What comes in one go goes out in one write, as of a stream. */
    private void sendLater() throws IOException {
        request.answering(200);
        peer.sendTextLater(message.array(), 0, message.length());
        sent += message.length();
        request.sent(sent);
    }

    void flush() throws IOException {
        peer.flush();
    }

    private void send(int status) throws IOException {
        request.answering(status);
        peer.sendText(message.array(), 0, message.length());
        sent += message.length();
        request.sent(sent);
    }
}
