package sluice.responses;

import java.nio.charset.StandardCharsets;
import sluice.api.GatewayError;
import sluice.json.JsonMembers;
import sluice.json.JsonStrings;

/**
 * The terminal event {@code response.failed} that the gateway makes itself, once status and headers are out: the one place for
 * streams that broke, that were cut off at the end of a drain, and whose first output came too late. It has the form that the
 * schema of the API wants, as far as the stream told it: the members of its last response object, the items that were complete,
 * and the next number. The gateway's own code stands in the message and in the member {@code x-sluice} of the event, for
 * {@code response.error.code} is a closed list. Used once, by one thread.
 */
public final class ErrorEvent {
    private static final byte[] NOTHING = {};
    private static final String UNKNOWN_ID = "resp_sluice";
    private static final String UNKNOWN_MODEL = "unknown";

    private final Told told;
    private final String ownCode;
    private final long sequenceNumber;
    private final long createdAtSeconds;
    private String responseId = UNKNOWN_ID;
    private String model = UNKNOWN_MODEL;
    private byte[] response = NOTHING;
    private byte[] items = NOTHING;

    /**
     * The end of a stream of which nothing else is known.
     *
     * @param sequenceNumber the number after the last one that was seen, 0 if none was
     * @param createdAtSeconds seconds since the epoch
     */
    public ErrorEvent(GatewayError error, long sequenceNumber, long createdAtSeconds) {
        this(new Told(schemaCode(error), error.code() + ": " + error.message(), 0), error.code(), sequenceNumber, createdAtSeconds);
    }

    /** The end of a stream whose account says by itself, in another form, why it ends. */
    public ErrorEvent(Told told, long sequenceNumber, long createdAtSeconds) {
        this(told, "", sequenceNumber, createdAtSeconds);
    }

    private ErrorEvent(Told told, String ownCode, long sequenceNumber, long createdAtSeconds) {
        this.told = told;
        this.ownCode = ownCode;
        this.sequenceNumber = sequenceNumber;
        this.createdAtSeconds = createdAtSeconds;
    }

    /**
     * What is said of the failure.
     *
     * @param code empty: none
     * @param message for people
     * @param status the status that it names; 0: none
     */
    public record Told(String code, String message, int status) {
        /** A failure without a code is the server's. */
        public Told {
            code = code.isEmpty() ? "server_error" : code;
        }
    }

    /** With the id that the stream's events carried; an empty one is none. */
    public ErrorEvent responseId(String id) {
        responseId = id.isEmpty() ? UNKNOWN_ID : id;
        return this;
    }

    /** With the name that the client gave the model; an empty one is none. */
    public ErrorEvent model(String name) {
        model = name.isEmpty() ? UNKNOWN_MODEL : name;
        return this;
    }

    /** With the stream's last response object, if there is a whole one. */
    public ErrorEvent response(KeptResponse last) {
        response = last.isComplete() ? last.json() : NOTHING;
        return this;
    }

    /** With the items that are complete. */
    public ErrorEvent items(KeptItems complete) {
        items = complete.json();
        return this;
    }

    /** The event as an SSE frame, UTF-8, with its closing blank line. */
    public byte[] frame() {
        return ("event: response.failed\ndata: " + json() + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    /** The event's JSON object, as a WebSocket message would carry it. */
    public String json() {
        StringBuilder out = new StringBuilder(1024);
        out.append("{\"type\":\"response.failed\",\"sequence_number\":").append(sequenceNumber).append(",\"response\":");
        if (response.length > 0) {
            appendChanged(out);
        } else {
            appendNew(out);
        }
        if (told.status() > 0) {
            out.append(",\"status\":").append(told.status());
        }
        if (!ownCode.isEmpty()) {
            out.append(",\"x-sluice\":{\"code\":");
            JsonStrings.appendQuoted(out, ownCode);
            out.append('}');
        }
        return out.append('}').toString();
    }

    /** The stream's own object, with what a failure changes. */
    private void appendChanged(StringBuilder out) {
        JsonMembers members = new JsonMembers(response, 0, response.length);
        out.append('{');
        while (members.next()) {
            switch (members.name()) {
                case "status", "error", "output", "incomplete_details", "usage" -> { }
                default -> out.append(members.spelling()).append(',');
            }
        }
        appendFailure(out);
        out.append('}');
    }

    /** An object with all members that the schema wants. */
    private void appendNew(StringBuilder out) {
        out.append("{\"id\":");
        JsonStrings.appendQuoted(out, responseId);
        out.append(",\"object\":\"response\",\"created_at\":").append(createdAtSeconds).append(",\"model\":");
        JsonStrings.appendQuoted(out, model);
        out.append(",\"instructions\":null,\"metadata\":{},\"parallel_tool_calls\":true,\"temperature\":null,\"tool_choice\":\"auto\","
                + "\"tools\":[],\"top_p\":null,");
        appendFailure(out);
        out.append('}');
    }

    private void appendFailure(StringBuilder out) {
        out.append("\"status\":\"failed\",\"error\":{\"code\":");
        JsonStrings.appendQuoted(out, told.code());
        out.append(",\"message\":");
        JsonStrings.appendQuoted(out, told.message());
        out.append("},\"incomplete_details\":null,\"output\":[").append(new String(items, StandardCharsets.UTF_8))
                .append("],\"usage\":null");
    }

    /** The schema knows no code of ours; but where the request is at fault, its code keeps clients from trying again. */
    private static String schemaCode(GatewayError error) {
        return error.status() >= 500 ? "server_error" : error.code();
    }
}
