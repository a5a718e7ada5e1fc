package sluice.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import sluice.json.ByteSearch;

/** An object whose members are looked at. */
enum EventObject {
    EVENT, RESPONSE, CONVERSATION, USAGE, INPUT_DETAILS, OUTPUT_DETAILS, ERROR;

    private byte[][] keys = {};
    private EventMember[] members = {};
    private EventObject[] objects = {};

    static {
        EVENT.member("type", EventMember.TYPE).member("sequence_number", EventMember.SEQUENCE).member("stream_id", EventMember.STREAM_ID)
                .member("model", EventMember.MODEL).member("code", EventMember.CODE).member("message", EventMember.MESSAGE)
                .member("status", EventMember.STATUS).member("status_code", EventMember.STATUS).object("response", RESPONSE)
                .object("usage", USAGE).object("error", ERROR);
        RESPONSE.member("id", EventMember.RESPONSE_ID).member("model", EventMember.MODEL)
                .add("conversation", EventMember.CONVERSATION_ID, CONVERSATION).object("usage", USAGE).object("error", ERROR);
        CONVERSATION.member("id", EventMember.CONVERSATION_ID);
        USAGE.member("input_tokens", EventMember.INPUT).member("output_tokens", EventMember.OUTPUT)
                .object("input_tokens_details", INPUT_DETAILS).object("output_tokens_details", OUTPUT_DETAILS);
        INPUT_DETAILS.member("cached_tokens", EventMember.CACHED);
        OUTPUT_DETAILS.member("reasoning_tokens", EventMember.REASONING);
        ERROR.member("code", EventMember.CODE).member("type", EventMember.ERROR_TYPE).member("message", EventMember.MESSAGE);
    }

    private EventObject member(String key, EventMember member) {
        return add(key, member, this);
    }

    private EventObject object(String key, EventObject child) {
        return add(key, EventMember.NONE, child);
    }

    /** A child equal to this object itself means that there is none. */
    private EventObject add(String key, EventMember member, EventObject child) {
        int n = keys.length;
        keys = Arrays.copyOf(keys, n + 1);
        members = Arrays.copyOf(members, n + 1);
        objects = Arrays.copyOf(objects, n + 1);
        keys[n] = key.getBytes(StandardCharsets.UTF_8);
        members[n] = member;
        objects[n] = child;
        return this;
    }

    /** Where this member stands in {@link #memberAt} and {@link #objectAt}; -1 if nobody asks for it. */
    int find(byte[] key, int length) {
        for (int i = 0; i < keys.length; i++) {
            if (keys[i].length == length && ByteSearch.matches(key, 0, keys[i])) {
                return i;
            }
        }
        return -1;
    }

    /** What the member is worth as a text or a number. */
    EventMember memberAt(int index) {
        return members[index];
    }

    /** Where its members are looked at, if it is an object; this object itself if they are not. */
    EventObject objectAt(int index) {
        return objects[index];
    }
}
