package sluice.responses;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.json.JsonMembers;
import sluice.json.JsonStrings;

/**
 * Errors as WebSocket messages: {@code {"type":"error","status":429,"error":{…},"headers":{"retry-after":"2"}}}. Stateless.
 */
public final class ErrorMessage {
    /** Most headers that are read of one message. */
    private static final int MAX_HEADERS = 64;
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9-]+");
    private static final Pattern PLAIN_VALUE = Pattern.compile("[ -~]*");

    private ErrorMessage() {
    }

    /** The message, UTF-8; {@code streamId} is empty where the turn has none. */
    public static byte[] of(GatewayError error, String streamId) {
        StringBuilder out = new StringBuilder(240);
        out.append("{\"type\":\"error\",\"status\":").append(error.status()).append(",\"error\":");
        ErrorJson.appendObject(out, error);
        out.append(",\"headers\":{\"x-sluice-error\":\"")
                .append(error.source() == GatewayError.Source.UPSTREAM ? "upstream" : "gateway").append('"');
        if (error.retryAfterSeconds() > 0) {
            out.append(",\"retry-after\":\"").append(error.retryAfterSeconds()).append('"');
        }
        if (error.isFinal()) {
            out.append(",\"x-should-retry\":\"false\"");
        }
        return ended(out, streamId);
    }

    private static byte[] ended(StringBuilder out, String streamId) {
        out.append('}');
        if (!streamId.isEmpty()) {
            out.append(",\"stream_id\":");
            JsonStrings.appendQuoted(out, streamId);
        }
        return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** An account's answer of this status as a message: the {@code error} of its body, byte for byte, and its headers. */
    public static byte[] of(int status, Headers headers, byte[] body, String streamId) {
        StringBuilder out = new StringBuilder(240 + body.length);
        out.append("{\"type\":\"error\",\"status\":").append(status).append(",\"error\":").append(errorOf(status, body));
        out.append(",\"headers\":{");
        boolean first = true;
        for (int i = 0; i < headers.size(); i++) {
            if (!headers.nameIs(i, "content-type")) {
                out.append(first ? "" : ",");
                JsonStrings.appendQuoted(out, headers.name(i).toLowerCase(Locale.ROOT));
                out.append(':');
                JsonStrings.appendQuoted(out, headers.value(i));
                first = false;
            }
        }
        return ended(out, streamId);
    }

    /** The member {@code error} of a JSON object as it stands there; where there is none, the whole is what the error says. */
    private static String errorOf(int status, byte[] body) {
        JsonMembers members = new JsonMembers(body, 0, body.length);
        if (members.seek("error") && body[members.valueFrom()] == '{') {
            return new String(body, members.valueFrom(), members.valueTo() - members.valueFrom(), StandardCharsets.UTF_8);
        }
        StringBuilder out = new StringBuilder(body.length + 80);
        ErrorJson.appendObject(out, GatewayError.upstream(status, "upstream_error", new String(body, StandardCharsets.UTF_8)));
        return out.toString();
    }

    /** The headers that an upstream's message carries, as far as they are plain; at most 64. */
    public static Headers headers(byte[] message) {
        Headers.Builder found = Headers.builder();
        JsonMembers members = new JsonMembers(message, 0, message.length);
        while (members.seek("headers")) {
            JsonMembers lines = new JsonMembers(message, members.valueFrom(), members.valueTo());
            for (int i = 0; i < MAX_HEADERS && lines.next(); i++) {
                String name = lines.name();
                String value = lines.isScalar() ? lines.valueText() : "\n";
                // No parser of HTTP has checked them.
                if (PLAIN_NAME.matcher(name).matches() && PLAIN_VALUE.matcher(value).matches()) {
                    found.add(name, value);
                }
            }
        }
        return found.build();
    }
}
