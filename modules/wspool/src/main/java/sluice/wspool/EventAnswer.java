package sluice.wspool;

import java.nio.charset.StandardCharsets;
import sluice.api.ByteSource;
import sluice.api.Headers;
import sluice.api.UpstreamResult;

/** An {@code error} event with a status, as the HTTP answer that it stands for. */
final class EventAnswer {
    private EventAnswer() {
    }

    /**
     * The answer: the event's {@code error} object as the JSON body, its {@code headers} as headers.
     *
     * @param message {@code {"type":"error","status":429,"error":{…},"headers":{…}}}
     */
    static UpstreamResult.Answered of(int status, byte[] message, boolean resent, long connectNanos) {
        byte[] body = body(message);
        Headers.Builder headers = Headers.builder().add("Content-Type", "application/json")
                .add("Content-Length", Integer.toString(body.length));
        JsonMembers members = new JsonMembers(message, 0, message.length);
        if (members.seek("headers")) {
            JsonMembers lines = new JsonMembers(message, members.valueFrom(), members.valueTo());
            while (lines.next()) {
                addLine(headers, lines.name(), lines.valueText());
            }
        }
        return new UpstreamResult.Answered(status, headers.build(), new Bytes(body), resent, connectNanos);
    }

    /** A ready body. */
    static ByteSource bytes(byte[] body) {
        return new Bytes(body);
    }

    private static byte[] body(byte[] message) {
        JsonMembers members = new JsonMembers(message, 0, message.length);
        String error = members.seek("error")
                ? new String(message, members.valueFrom(), members.valueTo() - members.valueFrom(), StandardCharsets.UTF_8)
                : "{\"message\":\"\",\"type\":\"server_error\",\"param\":null,\"code\":null}";
        return ("{\"error\":" + error + "}").getBytes(StandardCharsets.UTF_8);
    }

    /** Only plain lines: these names and values were never checked by an HTTP parser. */
    private static void addLine(Headers.Builder headers, String name, String value) {
        boolean plain = name.matches("[A-Za-z0-9-]+") && value.matches("[ -~]*");
        if (plain && !name.equalsIgnoreCase("content-length") && !name.equalsIgnoreCase("content-type")
                && !name.equalsIgnoreCase("transfer-encoding") && !name.equalsIgnoreCase("connection")) {
            headers.add(name, value);
        }
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
