package sluice.failures;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import sluice.json.JsonMembers;
import sluice.json.JsonWalk;

/**
 * What an upstream says of an error: in a body, in an event, or in a message of a WebSocket. The words stand in {@code error}, in
 * {@code response.error}, in {@code detail} (a text or an object), or at the top.
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
        if (walk.peek(start) != '{') {
            return NONE;
        }
        int end = walk.value(start);
        if (end < 0 || walk.space(end) < length) {
            return NONE;
        }
        Reading reading = new Reading(epochMillis);
        reading.top(body, start, end);
        return reading.result();
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
            object(json, from, to);
            if (type.equals("error")) {
                type = "";
            }
            JsonMembers members = new JsonMembers(json, from, to);
            for (int i = 0; i < MAX_FIELDS && members.next(); i++) {
                boolean text = json[members.valueFrom()] == '"';
                boolean object = json[members.valueFrom()] == '{';
                String name = members.name();
                if (object && name.equals("response")) {
                    JsonMembers response = new JsonMembers(json, members.valueFrom(), members.valueTo());
                    if (response.seek("error") && !response.isScalar()) {
                        error(json, response);
                    }
                } else if (object && name.equals("error")) {
                    error(json, members);
                } else if (object && name.equals("detail")) {
                    object(json, members.valueFrom(), members.valueTo());
                } else if (text && (name.equals("detail") || name.equals("error")) && message.isEmpty()) {
                    message = members.valueText();
                }
            }
        }

        private void error(byte[] json, JsonMembers member) {
            openAi = true;
            code = "";
            type = "";
            message = "";
            object(json, member.valueFrom(), member.valueTo());
        }

        private void object(byte[] json, int from, int to) {
            JsonMembers members = new JsonMembers(json, from, to);
            for (int i = 0; i < MAX_FIELDS && members.next(); i++) {
                if (!members.isScalar() || members.valueText().equals("null")) {
                    continue;
                }
                switch (members.name()) {
                    case "code" -> code = members.valueText();
                    case "type" -> type = members.valueText();
                    case "message" -> message = members.valueText();
                    case "resets_in_seconds", "retry_after" -> resets = RetryHints.longer(resets,
                            RetryHints.seconds(members.valueText()));
                    case "resets_at" -> resets = RetryHints.longer(resets, RetryHints.until(members.valueText(), epochMillis));
                    default -> { }
                }
            }
        }

        UpstreamError result() {
            return new UpstreamError(code, type, message, true, openAi, RetryHints.longer(resets, RetryHints.inMessage(message)));
        }
    }
}
