package sluice.sse;

/** The members of an event that a relay may ask for: what each is worth, by its place ({@link EventObject}). */
enum EventMember {
    NONE, TYPE, SEQUENCE, STREAM_ID, MODEL, RESPONSE_ID, CONVERSATION_ID, INPUT, CACHED, OUTPUT, REASONING, CODE,
    ERROR_TYPE, MESSAGE, STATUS;

    boolean isNumber() {
        return switch (this) {
            case SEQUENCE, INPUT, CACHED, OUTPUT, REASONING, STATUS -> true;
            case NONE, TYPE, STREAM_ID, MODEL, RESPONSE_ID, CONVERSATION_ID, CODE, ERROR_TYPE, MESSAGE -> false;
        };
    }
}
