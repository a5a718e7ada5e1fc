package sluice.wspool;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import sluice.json.JsonMembers;
import sluice.responses.ErrorEvent;
import sluice.responses.EventType;
import sluice.responses.KeptItems;
import sluice.responses.KeptResponse;

/**
 * The turn of a client that speaks HTTP. A WebSocket tells a failure in the middle of a response by a message {@code error}; a stream
 * of events tells it by {@code response.failed}, and Codex passes over anything else. So the one becomes the other, with the code and
 * the words of the account.
 */
final class BridgedForm implements EventForm {
    /** More of the items that are complete is not repeated in the end. */
    private static final int MAX_ITEM_BYTES = 32 * 1024;

    private final KeptResponse response = new KeptResponse();
    private final KeptItems items = new KeptItems(MAX_ITEM_BYTES);
    private long number = -1;

    @Override
    public void came(byte[] buffer, int offset, int length, EventType type) {
        number = JsonMembers.number(buffer, offset, offset + length, "sequence_number").map(Integer::longValue).orElse(number);
        JsonMembers members = new JsonMembers(buffer, offset, offset + length);
        if (type.holdsResponse() && members.seek("response") && !members.isScalar()) {
            response.begin();
            response.add(buffer, members.valueFrom(), members.valueTo());
        } else if (type == EventType.ITEM_DONE && members.seek("item") && !members.isScalar()) {
            items.begin();
            items.add(buffer, members.valueFrom(), members.valueTo());
            items.end(JsonMembers.number(buffer, offset, offset + length, "output_index").orElse(-1));
        }
    }

    @Override
    public byte[] instead(byte[] buffer, int offset, int length, EventType type) {
        if (type != EventType.ERROR || !response.isComplete()) {
            return ITSELF;
        }
        int to = offset + length;
        Span whole = new Span(offset, to);
        Span said = object(buffer, whole, "error").or(() -> object(buffer, whole, "detail")).orElse(whole);
        String code = text(buffer, said, "code");
        String message = text(buffer, said, "message");
        long own = JsonMembers.number(buffer, offset, to, "sequence_number").map(Integer::longValue).orElse(number + 1);
        Optional<Integer> status = JsonMembers.number(buffer, offset, to, "status");
        ErrorEvent.Told told = new ErrorEvent.Told(code.isEmpty() && !said.equals(whole) ? text(buffer, said, "type") : code,
                message.isEmpty() ? text(buffer, whole, "detail") : message, status.orElse(0));
        return new ErrorEvent(told, own, 0).response(response).items(items).json().getBytes(StandardCharsets.UTF_8);
    }

    /** A part of a message. */
    private record Span(int from, int to) { }

    private static Optional<Span> object(byte[] buffer, Span in, String name) {
        JsonMembers members = new JsonMembers(buffer, in.from(), in.to());
        return members.seek(name) && buffer[members.valueFrom()] == '{' ? Optional.of(new Span(members.valueFrom(), members.valueTo()))
                : Optional.empty();
    }

    private static String text(byte[] buffer, Span in, String name) {
        JsonMembers members = new JsonMembers(buffer, in.from(), in.to());
        return members.seek(name) && members.isScalar() && !members.valueText().equals("null") ? members.valueText() : "";
    }
}
