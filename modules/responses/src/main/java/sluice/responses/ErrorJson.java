package sluice.responses;

import java.nio.charset.StandardCharsets;
import sluice.api.GatewayError;
import sluice.json.JsonStrings;

/** Writes a {@link GatewayError} as the body of an HTTP answer: {@code {"error":{…}}}. Thread-safe. */
public final class ErrorJson {
    private ErrorJson() {
    }

    /** The whole body, UTF-8. */
    public static byte[] body(GatewayError error) {
        StringBuilder out = new StringBuilder(160);
        out.append("{\"error\":");
        appendObject(out, error);
        return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Appends the object with {@code message}, {@code type}, {@code param} and {@code code}, and of a limit the time when it ends. */
    public static void appendObject(StringBuilder out, GatewayError error) {
        out.append("{\"message\":");
        JsonStrings.appendQuoted(out, error.message());
        out.append(",\"type\":");
        JsonStrings.appendQuoted(out, error.type());
        out.append(",\"param\":");
        if (error.param().isEmpty()) {
            out.append("null");
        } else {
            JsonStrings.appendQuoted(out, error.param());
        }
        out.append(",\"code\":");
        if (error.code().isEmpty()) {
            out.append("null");
        } else {
            JsonStrings.appendQuoted(out, error.code());
        }
        if (error.resetsAtSeconds() > 0) {
            out.append(",\"resets_at\":").append(error.resetsAtSeconds()).append(",\"resets_in_seconds\":")
                    .append(error.retryAfterSeconds());
        }
        out.append('}');
    }
}
