package sluice.body;

import java.util.List;
import sluice.json.JsonNames;

/** The places in a JSON answer that are looked at, as a tree of members' names; everything else is passed over. */
enum AnswerPlace {
    MODEL("model"),
    ID("id"),
    STATUS("status"),
    CONVERSATION_ID("id"),
    INPUT_TOKENS("input_tokens"),
    CACHED_TOKENS("cached_tokens"),
    OUTPUT_TOKENS("output_tokens"),
    REASONING_TOKENS("reasoning_tokens"),
    ERROR_CODE("code"),
    ERROR_TYPE("type"),
    ERROR_MESSAGE("message"),
    CONVERSATION("conversation", CONVERSATION_ID),
    ERROR("error", ERROR_CODE, ERROR_TYPE, ERROR_MESSAGE),
    INPUT_DETAILS("input_tokens_details", CACHED_TOKENS),
    OUTPUT_DETAILS("output_tokens_details", REASONING_TOKENS),
    USAGE("usage", INPUT_TOKENS, INPUT_DETAILS, OUTPUT_TOKENS, OUTPUT_DETAILS),
    /** An event that holds a response, where an upstream answers with one. */
    RESPONSE("response", MODEL, ID, STATUS, CONVERSATION, ERROR, USAGE),
    ROOT("", MODEL, ID, STATUS, CONVERSATION, ERROR, USAGE, RESPONSE),
    /** Anywhere else. */
    ELSEWHERE("");

    /** Most nested objects that are looked into: {@code response.usage.input_tokens_details} in the root. */
    static final int MAX_DEPTH = 4;

    private final byte[] name;
    private final List<AnswerPlace> members;

    AnswerPlace(String name, AnswerPlace... members) {
        this.name = JsonNames.bytes(name);
        this.members = List.of(members);
    }

    /** Whether this is an object that is looked into. */
    boolean hasMembers() {
        return !members.isEmpty();
    }

    /** The member whose name, as it is spelled, is {@code text[0, length)}. */
    AnswerPlace member(byte[] text, int length) {
        for (int i = 0; i < members.size(); i++) {
            if (JsonNames.equal(text, 0, length, members.get(i).name)) {
                return members.get(i);
            }
        }
        return ELSEWHERE;
    }
}
