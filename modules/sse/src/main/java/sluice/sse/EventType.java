package sluice.sse;

import java.nio.charset.StandardCharsets;
import sluice.api.EventFacts.Kind;
import sluice.json.ByteSearch;

/** The types of events that a relay treats in their own way (DESIGN §6), found without making a String. */
enum EventType {
    CREATED("response.created", Kind.OPENING),
    QUEUED("response.queued", Kind.OPENING),
    IN_PROGRESS("response.in_progress", Kind.OPENING),
    ITEM_ADDED("response.output_item.added", Kind.OPENING),
    PART_ADDED("response.content_part.added", Kind.OPENING),
    SUMMARY_PART_ADDED("response.reasoning_summary_part.added", Kind.OPENING),
    RATE_LIMITS("codex.rate_limits", Kind.OPENING),
    COMPLETED("response.completed", Kind.TERMINAL),
    DONE("response.done", Kind.TERMINAL),
    INCOMPLETE("response.incomplete", Kind.TERMINAL),
    CANCELLED("response.cancelled", Kind.TERMINAL),
    CANCELED("response.canceled", Kind.TERMINAL),
    FAILED("response.failed", Kind.FAILED),
    ERROR("error", Kind.FAILED),
    /** Every type that ends in {@code .delta}. */
    DELTA("", Kind.DELTA),
    /** Every other type. */
    OTHER("", Kind.OUTPUT),
    /** No type was found where it is looked for. */
    UNKNOWN("", Kind.OUTPUT);

    private static final byte[] DELTA_SUFFIX = ".delta".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TYPE_KEY = "\"type\"".getBytes(StandardCharsets.UTF_8);
    private static final int LONGEST = 37;
    /** The listed types by their length: the gate that most events do not pass. */
    private static final EventType[][] BY_LENGTH = new EventType[LONGEST + 1][];

    static {
        for (int length = 0; length <= LONGEST; length++) {
            int wanted = length;
            BY_LENGTH[length] = java.util.Arrays.stream(values())
                    .filter(type -> type.bytes.length == wanted && wanted > 0).toArray(EventType[]::new);
        }
    }

    private final String text;
    private final byte[] bytes;
    private final Kind kind;

    EventType(String text, Kind kind) {
        this.text = text;
        this.bytes = text.getBytes(StandardCharsets.UTF_8);
        this.kind = kind;
    }

    /** As it is written; empty for the three that stand for many. */
    String text() {
        return text;
    }

    Kind kind() {
        return kind;
    }

    /** The type that stands at {@code [from, to)}. */
    static EventType of(byte[] source, int from, int to) {
        int length = to - from;
        if (length <= LONGEST) {
            for (EventType type : BY_LENGTH[length]) {
                if (ByteSearch.matches(source, from, type.bytes)) {
                    return type;
                }
            }
        }
        return length >= DELTA_SUFFIX.length && ByteSearch.matches(source, to - DELTA_SUFFIX.length, DELTA_SUFFIX)
                ? DELTA : OTHER;
    }

    /**
     * The type by a look at the first bytes of an event's JSON, where all known upstreams write it.
     *
     * @return {@code UNKNOWN} if {@code type} is not the first member
     */
    static EventType ofHead(byte[] json, int from, int to) {
        int at = ByteSearch.skipSpace(json, from, to);
        if (at >= to || json[at] != '{') {
            return UNKNOWN;
        }
        at = ByteSearch.skipSpace(json, at + 1, to);
        if (to - at < TYPE_KEY.length || !ByteSearch.matches(json, at, TYPE_KEY)) {
            return UNKNOWN;
        }
        at = ByteSearch.skipSpace(json, at + TYPE_KEY.length, to);
        if (at >= to || json[at] != ':') {
            return UNKNOWN;
        }
        at = ByteSearch.skipSpace(json, at + 1, to);
        if (at >= to || json[at] != '"') {
            return UNKNOWN;
        }
        int end = ByteSearch.quoteOrBackslash(json, at + 1, to);
        return end < to && json[end] == '"' ? of(json, at + 1, end) : UNKNOWN;
    }
}
