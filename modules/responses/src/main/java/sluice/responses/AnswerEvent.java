package sluice.responses;

import java.nio.charset.StandardCharsets;
import sluice.api.ClientSink;
import sluice.buffers.AnswerRoom;
import sluice.json.JsonMembers;
import sluice.json.JsonWalk;

/**
 * Tells a JSON answer to a client that asked for a stream: as the one event that ends it. Takes the answer from a relay, and writes
 * nothing before {@link #end}, for the type of the event may be the last thing that the answer tells. Confined to the request's
 * thread, or whoever the relay writes from.
 */
public final class AnswerEvent implements ClientSink, AutoCloseable {
    private static final int MAX_DEPTH = 512;
    private static final byte[] TAIL = {'}', '\n', '\n'};

    /** What became of the answer. */
    public enum End {
        /** The client has its event. */
        TOLD,
        /** It was larger than what is kept; nothing was written. */
        TOO_LARGE,
        /** There was no memory for it; nothing was written. */
        NO_ROOM,
        /** It is no whole object, or one that is no response; nothing was written. */
        NO_ANSWER
    }

    private final int maxBytes;
    private final AnswerRoom.Part part;
    private byte[] json = {};
    private int length;
    private boolean tooLarge;
    private boolean noRoom;

    /** Keeps up to {@code maxBytes} of the answer, in memory of {@code room} until it is closed. */
    public AnswerEvent(int maxBytes, AnswerRoom room) {
        this.maxBytes = maxBytes;
        part = room.part();
    }

    @Override
    public void write(byte[] buffer, int offset, int count, boolean boundary) {
        tooLarge |= count > maxBytes - length;
        if (tooLarge || noRoom) {
            return;
        }
        try {
            if (length + count > json.length) {
                json = part.longer(json, length, length + count);
            }
            System.arraycopy(buffer, offset, json, length, count);
            length += count;
        } catch (AnswerRoom.Exhausted e) {
            noRoom = true;
            close();
        }
    }

    /** Gives up the memory. */
    @Override
    public void close() {
        json = new byte[0];
        length = 0;
        part.close();
    }

    /** Writes the event, once the whole answer is here. */
    public End end(ClientSink client) throws ClientSink.Gone {
        if (tooLarge) {
            return End.TOO_LARGE;
        }
        if (noRoom) {
            return End.NO_ROOM;
        }
        if (!isObject()) {
            return End.NO_ANSWER;
        }
        for (int i = 0; i < length; i++) {
            // Between the tokens of JSON a line's end is white space; in SSE it would end the line.
            if (json[i] == '\n' || json[i] == '\r') {
                json[i] = ' ';
            }
        }
        String type = type();
        if (type.isEmpty()) {
            return End.NO_ANSWER;
        }
        boolean error = type.equals(EventType.ERROR.text());
        byte[] head = ("event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":0,"
                + (error ? "\"error\":" : "\"response\":")).getBytes(StandardCharsets.UTF_8);
        client.write(head, 0, head.length, false);
        if (error) {
            JsonMembers members = members();
            members.seek("error");
            client.write(json, members.valueFrom(), members.valueTo() - members.valueFrom(), false);
        } else {
            client.write(json, 0, length, false);
        }
        client.write(TAIL, 0, TAIL.length, true);
        return End.TOLD;
    }

    private JsonMembers members() {
        return new JsonMembers(json, 0, length);
    }

    private boolean has(String name) {
        return members().seek(name);
    }

    private boolean isObject() {
        JsonWalk walk = new JsonWalk(json, length, MAX_DEPTH);
        int from = walk.space(0);
        int to = walk.peek(from) == '{' ? walk.value(from) : JsonWalk.FAILED;
        return to != JsonWalk.FAILED && walk.space(to) == length;
    }

    /** Empty where it is no answer, but an error in other words. */
    private String type() {
        JsonMembers status = members();
        if (status.seek("status")) {
            EventType end = EventType.of("response." + status.valueText());
            return (end.kind().terminal() ? end : EventType.COMPLETED).text();
        }
        JsonMembers error = members();
        if (error.seek("error") && !error.isScalar()) {
            return EventType.ERROR.text();
        }
        return has("detail") || has("message") && !has("output") ? "" : EventType.COMPLETED.text();
    }
}
