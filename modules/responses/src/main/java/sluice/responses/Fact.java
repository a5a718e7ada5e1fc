package sluice.responses;

/** What may be asked of an answer or an event. {@link AnswerTree} says where it stands. */
public enum Fact {
    /** The type of an event. */
    TYPE,
    SEQUENCE_NUMBER,
    MODEL,
    /** The object {@code response} of an event. */
    RESPONSE,
    RESPONSE_ID,
    /** Such as {@code completed} or {@code failed}. */
    RESPONSE_STATUS,
    /** Why a response is not complete. */
    INCOMPLETE_REASON,
    /** The tier that served, not the one that was asked for. */
    SERVICE_TIER,
    CONVERSATION_ID,
    /** An item that an answer or an event holds, or the container that it ran in: accounts keep both. */
    ITEM_ID,
    /** The array of items of a response. */
    OUTPUT,
    /** What the model has written: text, or what it calls a tool with. */
    OUTPUT_TEXT,
    /** The item that an event adds or completes. */
    ITEM,
    /** Where that item stands in the output. */
    OUTPUT_INDEX,
    USAGE,
    INPUT_TOKENS,
    CACHED_TOKENS,
    CACHE_WRITE_TOKENS,
    OUTPUT_TOKENS,
    REASONING_TOKENS,
    TOTAL_TOKENS,
    ERROR,
    ERROR_CODE,
    ERROR_TYPE,
    ERROR_MESSAGE,
    ERROR_PARAM,
    /** An HTTP status that an event names. */
    ERROR_STATUS,
    RESETS_AT,
    RESETS_IN,
    /** Of a window of what an account may use. */
    PRIMARY_USED,
    PRIMARY_MINUTES,
    PRIMARY_RENEWS_IN,
    PRIMARY_RENEWS_AT,
    SECONDARY_USED,
    SECONDARY_MINUTES,
    SECONDARY_RENEWS_IN,
    SECONDARY_RENEWS_AT
}
