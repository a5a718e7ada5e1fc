package sluice.responses;

import java.nio.charset.StandardCharsets;
import sluice.api.GatewayError;
import sluice.json.JsonStrings;

/**
 * Writes a {@link GatewayError} as the terminal event {@code response.failed} of a stream, once its status and headers are
 * out. Thread-safe.
 */
public final class ErrorEvent {
    private ErrorEvent() {
    }

    /**
     * The event as an SSE frame, UTF-8, with its closing blank line.
     *
     * @param responseId the id that the stream's events carried, or empty if none was seen
     * @param sequenceNumber the number after the last one seen, 0 if none was
     * @param createdAtSeconds seconds since the epoch
     */
    public static byte[] frame(GatewayError error, String responseId, long sequenceNumber, long createdAtSeconds) {
        StringBuilder out = new StringBuilder(320);
        out.append("event: response.failed\ndata: ");
        appendJson(out, error, responseId, sequenceNumber, createdAtSeconds);
        return out.append("\n\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Appends the event's JSON object, as a WebSocket message would carry it. */
    public static void appendJson(StringBuilder out, GatewayError error, String responseId, long sequenceNumber,
            long createdAtSeconds) {
        out.append("{\"type\":\"response.failed\",\"sequence_number\":").append(sequenceNumber).append(",\"response\":{\"id\":");
        JsonStrings.appendQuoted(out, responseId.isEmpty() ? "resp_sluice" : responseId);
        out.append(",\"object\":\"response\",\"created_at\":").append(createdAtSeconds);
        out.append(",\"status\":\"failed\",\"error\":{\"code\":");
        JsonStrings.appendQuoted(out, error.code());
        out.append(",\"message\":");
        JsonStrings.appendQuoted(out, error.message());
        out.append("},\"incomplete_details\":null,\"output\":[],\"usage\":null,\"metadata\":{}}}");
    }
}
