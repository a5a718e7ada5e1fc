package sluice.failures;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import sluice.json.JsonMembers;
import sluice.json.JsonWalk;
import sluice.responses.ResetTime;

/**
 * What an upstream says of an error: in a body, in an event, or in a message of a WebSocket. The words stand in {@code error}, in
 * {@code response.error}, in {@code detail} (a text or an object), or at the top; each may hold another, and a list is known by its
 * first element. A gateway before the account may quote them in a message of its own: then they stand there.
 *
 * @param code OpenAI's code; empty if there is none
 * @param type OpenAI's type; empty if there is none
 * @param message the message; empty if there is none
 * @param json whether the body is a JSON object
 * @param openAi whether the body has the shape {@code {"error":{…}}}
 * @param resetsIn when the limit that was hit ends, if the body says so; zero if it does not
 */
public record UpstreamError(String code, String type, String message, boolean json, boolean openAi, Duration resetsIn) {
    /** Nothing was said. */
    public static final UpstreamError NONE = new UpstreamError("", "", "", false, false, Duration.ZERO);
    private static final int MAX_DEPTH = 64;
    private static final int MAX_FIELDS = 64;
    /** Objects inside each other that are looked into. */
    private static final int MAX_INSIDE = 4;
    /** A text that is no JSON is heard as far as this. */
    private static final int MAX_TEXT_BYTES = 1024;

    /** Reads the reason of a WebSocket's close: a JSON object, a code alone, or words. */
    public static UpstreamError reason(String text, long epochMillis) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        UpstreamError read = read(bytes, bytes.length, epochMillis);
        if (!read.equals(NONE)) {
            return read;
        }
        boolean word = !text.isEmpty() && text.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_');
        return word ? new UpstreamError(text, text, "", false, false, Duration.ZERO)
                : new UpstreamError("", "", text, false, false, Duration.ZERO);
    }

    /** Reads an error body; a body that is not JSON gives an error without a code. */
    public static UpstreamError read(byte[] body, int length, long epochMillis) {
        JsonWalk walk = new JsonWalk(body, length, MAX_DEPTH);
        int start = walk.space(0);
        boolean list = walk.peek(start) == '[';
        int end = list || walk.peek(start) == '{' ? walk.value(start) : -1;
        if (end < 0 || walk.space(end) < length) {
            return NONE;
        }
        int object = list ? walk.space(start + 1) : start;
        if (walk.peek(object) != '{') {
            return NONE;
        }
        Reading reading = new Reading(epochMillis);
        reading.top(body, object, end);
        return reading.result().unquoted(epochMillis);
    }

    /** What a body that is no JSON says: a short text is the message, a page says nothing. */
    public static UpstreamError text(byte[] body) {
        String text = new String(body, 0, Math.min(body.length, MAX_TEXT_BYTES), StandardCharsets.UTF_8).strip();
        return text.startsWith("<") ? NONE : new UpstreamError("", "", text, false, false, Duration.ZERO);
    }

    /** The error that the message passes on as JSON, if it does; otherwise this one. What is quoted may be the client's. */
    UpstreamError unquoted(long epochMillis) {
        if (RequestFault.isCode(code)) {
            return this;
        }
        int from = OwnWords.of(message).indexOf('{');
        int to = message.lastIndexOf('}');
        if (from < 0 || to < from) {
            return this;
        }
        byte[] quoted = message.substring(from, to + 1).getBytes(StandardCharsets.UTF_8);
        UpstreamError inner = read(quoted, quoted.length, epochMillis);
        return inner.code.isEmpty() && inner.type.isEmpty() && inner.message.isEmpty() ? this
                : new UpstreamError(inner.code, inner.type, inner.message, json, openAi, RetryHints.longer(resetsIn, inner.resetsIn));
    }

    /** The words as they are found: what stands deeper says more. */
    private static final class Reading {
        private final long epochMillis;
        private String code = "";
        private String type = "";
        private String message = "";
        private Duration resets = Duration.ZERO;
        private boolean openAi;

        Reading(long epochMillis) {
            this.epochMillis = epochMillis;
        }

        void top(byte[] json, int from, int to) {
            object(json, from, to, 0);
        }

        /** What an object says itself, and then what stands in it. */
        private void object(byte[] json, int from, int to, int depth) {
            words(json, from, to);
            if (type.equals("error")) {
                type = "";
            }
            JsonMembers members = new JsonMembers(json, from, to);
            for (int i = 0; i < MAX_FIELDS && depth < MAX_INSIDE && members.next(); i++) {
                boolean text = json[members.valueFrom()] == '"';
                boolean object = json[members.valueFrom()] == '{';
                String name = members.name();
                if (object && depth == 0 && name.equals("response")) {
                    JsonMembers response = new JsonMembers(json, members.valueFrom(), members.valueTo());
                    if (response.seek("error") && !response.isScalar()) {
                        error(json, response, depth);
                    }
                } else if (object && name.equals("error")) {
                    error(json, members, depth);
                } else if (object && name.equals("detail")) {
                    object(json, members.valueFrom(), members.valueTo(), depth + 1);
                } else if (text && (name.equals("detail") || name.equals("error")) && message.isEmpty()) {
                    message = members.valueText();
                }
            }
        }

        private void error(byte[] json, JsonMembers member, int depth) {
            openAi |= depth == 0;
            code = "";
            type = "";
            message = "";
            object(json, member.valueFrom(), member.valueTo(), depth + 1);
        }

        private void words(byte[] json, int from, int to) {
            JsonMembers members = new JsonMembers(json, from, to);
            for (int i = 0; i < MAX_FIELDS && members.next(); i++) {
                if (!members.isScalar() || members.valueText().equals("null")) {
                    continue;
                }
                String name = members.name();
                switch (name) {
                    case "code" -> code = members.valueText();
                    case "type" -> type = members.valueText();
                    case "message" -> message = members.valueText();
                    default -> {
                        if (ResetTime.IN.contains(name)) {
                            resets = RetryHints.longer(resets, RetryHints.seconds(members.valueText()));
                        } else if (ResetTime.AT.contains(name)) {
                            resets = RetryHints.longer(resets, RetryHints.until(members.valueText(), epochMillis));
                        }
                    }
                }
            }
        }

        UpstreamError result() {
            return new UpstreamError(code, type, message, true, openAi, RetryHints.longer(resets, RetryHints.inMessage(message)));
        }
    }
}
