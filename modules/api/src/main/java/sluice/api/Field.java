package sluice.api;

/**
 * The top-level members of a request body that Sluice may ask for, each by its own name. Everything else is the upstream's
 * business.
 */
public enum Field {
    TYPE("type"),
    MODEL("model"),
    STREAM("stream"),
    STORE("store"),
    BACKGROUND("background"),
    CONVERSATION("conversation"),
    PREVIOUS_RESPONSE_ID("previous_response_id"),
    PROMPT("prompt"),
    PROMPT_CACHE_KEY("prompt_cache_key"),
    SERVICE_TIER("service_tier"),
    MAX_OUTPUT_TOKENS("max_output_tokens"),
    STREAM_ID("stream_id"),
    GENERATE("generate"),
    INSTRUCTIONS("instructions"),
    INPUT("input"),
    REASONING("reasoning"),
    TEXT("text"),
    TOOLS("tools");

    private final String key;

    Field(String key) {
        this.key = key;
    }

    /** The member's name in JSON. */
    public String key() {
        return key;
    }
}
