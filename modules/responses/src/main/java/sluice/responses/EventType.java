package sluice.responses;

import java.nio.charset.StandardCharsets;
import sluice.json.ByteSearch;

/**
 * The types of events that are treated in their own way, found without making a String: the one list of what opens, carries and
 * ends a response.
 */
public enum EventType {
    CREATED("response.created", EventKind.OPENING),
    QUEUED("response.queued", EventKind.OPENING),
    IN_PROGRESS("response.in_progress", EventKind.OPENING),
    ITEM_ADDED("response.output_item.added", EventKind.OPENING),
    PART_ADDED("response.content_part.added", EventKind.OPENING),
    /** What the account may still use; it has no number. */
    RATE_LIMITS("codex.rate_limits", EventKind.OPENING),
    SUMMARY_PART_ADDED("response.reasoning_summary_part.added", EventKind.OPENING),
    COMPLETED("response.completed", EventKind.TERMINAL),
    DONE("response.done", EventKind.TERMINAL),
    INCOMPLETE("response.incomplete", EventKind.TERMINAL),
    CANCELLED("response.cancelled", EventKind.TERMINAL),
    CANCELED("response.canceled", EventKind.TERMINAL),
    FAILED("response.failed", EventKind.FAILED),
    ERROR("error", EventKind.FAILED),
    /** An item of the response is complete. */
    ITEM_DONE("response.output_item.done", EventKind.OUTPUT),
    ANNOTATION_ADDED("response.output_text.annotation.added", EventKind.OUTPUT),
    PARTIAL_IMAGE("response.image_generation_call.partial_image", EventKind.OUTPUT),
    /** Every type that ends in {@code .delta}. */
    DELTA("", EventKind.DELTA),
    /** Every other type of the protocol that ends in {@code .done}: it carries a piece of output whole. */
    PIECE_DONE("", EventKind.OUTPUT),
    /** Every other type of the protocol: it tells how far the work is. */
    PROGRESS("", EventKind.OPENING),
    /** Every type that is none of the protocol, such as a heartbeat: not known to carry output. */
    OTHER("", EventKind.OPENING),
    /** No type was found where it is looked for. */
    UNKNOWN("", EventKind.OPENING);

    private static final byte[] DELTA_SUFFIX = ".delta".getBytes(StandardCharsets.UTF_8);
    private static final byte[] DONE_SUFFIX = ".done".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PREFIX = "response.".getBytes(StandardCharsets.UTF_8);
    private static final byte[] TYPE_KEY = "\"type\"".getBytes(StandardCharsets.UTF_8);
    private static final int LONGEST = 44;
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
    private final EventKind kind;

    EventType(String text, EventKind kind) {
        this.text = text;
        this.bytes = text.getBytes(StandardCharsets.UTF_8);
        this.kind = kind;
    }

    /** As it is written; empty for those that stand for many. */
    public String text() {
        return text;
    }

    /** What it means for a relay. */
    public EventKind kind() {
        return kind;
    }

    /** Whether its events have a sequence number in any case. */
    public boolean numbered() {
        return this != PROGRESS && this != OTHER && this != UNKNOWN && this != ERROR && this != RATE_LIMITS;
    }

    /** Whether its events hold the response as it is by then. */
    public boolean holdsResponse() {
        return this == CREATED || this == QUEUED || this == IN_PROGRESS || kind.terminal() && this != ERROR;
    }

    /** The type that stands at {@code [from, to)}. */
    public static EventType of(byte[] source, int from, int to) {
        int length = to - from;
        if (length <= LONGEST) {
            for (EventType type : BY_LENGTH[length]) {
                if (ByteSearch.matches(source, from, type.bytes)) {
                    return type;
                }
            }
        }
        if (endsWith(source, from, to, DELTA_SUFFIX)) {
            return DELTA;
        }
        if (length < PREFIX.length || !ByteSearch.matches(source, from, PREFIX)) {
            return OTHER;
        }
        return endsWith(source, from, to, DONE_SUFFIX) ? PIECE_DONE : PROGRESS;
    }

    /** The type whose name is {@code text}. */
    public static EventType of(String text) {
        byte[] name = text.getBytes(StandardCharsets.UTF_8);
        return name.length == 0 ? UNKNOWN : of(name, 0, name.length);
    }

    private static boolean endsWith(byte[] source, int from, int to, byte[] suffix) {
        return to - from >= suffix.length && ByteSearch.matches(source, to - suffix.length, suffix);
    }

    /**
     * The type by a look at the first bytes of an event's JSON, where all known upstreams write it.
     *
     * @return {@code UNKNOWN} if {@code type} is not the first member
     */
    public static EventType ofHead(byte[] json, int from, int to) {
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
