package sluice.responses;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import sluice.api.ClientSink;
import sluice.json.JsonMembers;
import sluice.json.JsonWalk;

/**
 * Tells a JSON answer to a client that asked for a stream: as the one event that ends it. Takes the answer from a relay, and writes
 * nothing before {@link #end}, for the type of the event may be the last thing that the answer tells. Confined to the request's
 * thread, or whoever the relay writes from.
 */
public final class AnswerEvent implements ClientSink {
    private static final int MAX_DEPTH = 512;
    private static final Set<String> ENDS = Set.of("completed", "incomplete", "failed", "cancelled");

    /** What became of the answer. */
    public enum End {
        /** The client has its event. */
        TOLD,
        /** It was larger than what is kept; nothing was written. */
        TOO_LARGE,
        /** It is no whole object, or one that is no response; nothing was written. */
        NO_ANSWER
    }

    private final int maxBytes;
    private final ByteArrayOutputStream answer = new ByteArrayOutputStream();
    private boolean tooLarge;

    /** Keeps up to {@code maxBytes} of the answer. */
    public AnswerEvent(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public void write(byte[] buffer, int offset, int length, boolean boundary) {
        tooLarge |= length > maxBytes - answer.size();
        if (!tooLarge) {
            answer.write(buffer, offset, length);
        }
    }

    /** Writes the event, once the whole answer is here. */
    public End end(ClientSink client) throws ClientSink.Gone {
        if (tooLarge) {
            return End.TOO_LARGE;
        }
        byte[] json = answer.toByteArray();
        if (!isObject(json)) {
            return End.NO_ANSWER;
        }
        for (int i = 0; i < json.length; i++) {
            // Between the tokens of JSON a line's end is white space; in SSE it would end the line.
            if (json[i] == '\n' || json[i] == '\r') {
                json[i] = ' ';
            }
        }
        String type = typeOf(json);
        if (type.isEmpty()) {
            return End.NO_ANSWER;
        }
        String member = type.equals(EventType.ERROR.text()) ? "" : "\"response\":";
        byte[] head = ("event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":0," + member)
                .getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream frame = new ByteArrayOutputStream(head.length + json.length + 3);
        frame.writeBytes(head);
        if (member.isEmpty()) {
            JsonMembers error = new JsonMembers(json, 0, json.length);
            error.seek("error");
            frame.writeBytes("\"error\":".getBytes(StandardCharsets.UTF_8));
            frame.write(json, error.valueFrom(), error.valueTo() - error.valueFrom());
        } else {
            frame.writeBytes(json);
        }
        frame.writeBytes("}\n\n".getBytes(StandardCharsets.UTF_8));
        client.write(frame.toByteArray(), 0, frame.size(), true);
        return End.TOLD;
    }

    private static boolean has(byte[] json, String name) {
        return new JsonMembers(json, 0, json.length).seek(name);
    }

    private static boolean isObject(byte[] json) {
        JsonWalk walk = new JsonWalk(json, json.length, MAX_DEPTH);
        int from = walk.space(0);
        int to = walk.peek(from) == '{' ? walk.value(from) : JsonWalk.FAILED;
        return to != JsonWalk.FAILED && walk.space(to) == json.length;
    }

    /** Empty where it is no answer, but an error in other words. */
    private static String typeOf(byte[] json) {
        JsonMembers status = new JsonMembers(json, 0, json.length);
        if (status.seek("status")) {
            return "response." + (ENDS.contains(status.valueText()) ? status.valueText() : "completed");
        }
        JsonMembers error = new JsonMembers(json, 0, json.length);
        if (error.seek("error") && !error.isScalar()) {
            return EventType.ERROR.text();
        }
        return has(json, "detail") || has(json, "message") && !has(json, "output") ? "" : EventType.COMPLETED.text();
    }
}
