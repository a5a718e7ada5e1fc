package sluice.api;

import java.util.List;

/**
 * A scanned request body: pristine bytes, and questions that they answer. Asking never changes the bytes; editing gives a
 * view for one attempt. Immutable and thread-safe.
 */
public interface RequestBody {
    /** Size in bytes. */
    int length();

    /** Whether it is JSON; nobody knows what another one says. */
    default boolean isJson() {
        return true;
    }

    /** The value of a top-level member; of the last one, where it is repeated. */
    JsonValue field(Field field);

    /**
     * The value at a path of object members joined by dots, such as {@code reasoning.effort}; the last one where a member is
     * repeated. Names that hold a dot cannot be addressed.
     */
    JsonValue at(String path);

    /**
     * Whether readers may differ about the top-level member: it occurs more than once, also when it is spelled with escapes, or
     * with small and large letters, which some readers do not tell apart; or it occurs once, and only those readers find it.
     */
    boolean isRepeated(Field field);

    /**
     * Whether {@code input} carries a member {@code encrypted_content} other than {@code null} anywhere: reasoning bound to
     * one organisation.
     */
    boolean hasEncryptedContent();

    /**
     * The bytes with {@code edits} applied in order, as slices of the original and patches; a later edit of the same path,
     * or of one around it, wins as if the earlier one had not been asked for. With no edits, the bytes as they
     * came. All bytes outside the splices stay as they are.
     */
    OutboundBody edited(List<BodyEdit> edits);

    /**
     * The top-level members of a request body that Sluice may ask for, each by its own name. Everything else is the upstream's
     * business.
     */
    enum Field {
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
}
