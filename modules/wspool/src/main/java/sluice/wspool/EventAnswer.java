package sluice.wspool;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.StringJoiner;
import sluice.api.ByteSource;
import sluice.api.Headers;
import sluice.api.UpstreamResult;
import sluice.json.JsonMembers;
import sluice.responses.ErrorMessage;

/** An {@code error} event with a status, as the HTTP answer that it stands for. */
final class EventAnswer {
    /** Lines that this answer has of its own, or must not have. */
    private static final Set<String> FRAMING = Set.of("content-length", "content-type", "transfer-encoding", "connection");

    /** Members of a message that say nothing of the error. */
    private static final Set<String> ABOUT_MESSAGE = Set.of("type", "status", "status_code", "headers", "stream_id", "sequence_number");

    private EventAnswer() {
    }

    /**
     * The answer: the event's {@code error}, or its {@code detail}, or what it says itself, as the JSON body, its {@code headers} as
     * headers.
     *
     * @param message {@code {"type":"error","status":429,"error":{…},"headers":{…}}}
     */
    static UpstreamResult.Answered of(int status, byte[] message, boolean resent, long connectNanos) {
        byte[] body = body(message);
        Headers.Builder headers = Headers.builder().add("Content-Type", "application/json")
                .add("Content-Length", Integer.toString(body.length));
        Headers told = ErrorMessage.headers(message);
        for (int i = 0; i < told.size(); i++) {
            if (FRAMING.stream().noneMatch(told.name(i)::equalsIgnoreCase)) {
                headers.add(told.name(i), told.value(i));
            }
        }
        return new UpstreamResult.Answered(status, headers.build(), new Bytes(body), resent, connectNanos);
    }

    /** A ready body. */
    static ByteSource bytes(byte[] body) {
        return new Bytes(body);
    }

    private static byte[] body(byte[] message) {
        for (String words : new String[] {"error", "detail"}) {
            JsonMembers members = new JsonMembers(message, 0, message.length);
            if (members.seek(words)) {
                String value = new String(message, members.valueFrom(), members.valueTo() - members.valueFrom(), StandardCharsets.UTF_8);
                return ("{\"" + words + "\":" + value + "}").getBytes(StandardCharsets.UTF_8);
            }
        }
        JsonMembers own = new JsonMembers(message, 0, message.length);
        StringJoiner words = new StringJoiner(",", "{\"error\":{", "}}");
        words.setEmptyValue("{\"error\":{\"message\":\"\",\"type\":\"server_error\",\"param\":null,\"code\":null}}");
        while (own.next()) {
            if (!ABOUT_MESSAGE.contains(own.name())) {
                words.add(own.spelling());
            }
        }
        return words.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Bytes that are all here. */
    private static final class Bytes implements ByteSource {
        private final byte[] body;
        private int at;

        private Bytes(byte[] body) {
            this.body = body;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (at == body.length) {
                return -1;
            }
            int count = Math.min(length, body.length - at);
            System.arraycopy(body, at, target, offset, count);
            at += count;
            return count;
        }

        @Override
        public boolean ready() {
            return at < body.length;
        }

        @Override
        public void abort() {
            // nobody can be waiting
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
