package sluice.responses;

import sluice.api.Field;
import sluice.api.Headers;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.SelectionRequest.Session;
import sluice.api.SessionKeys;

/**
 * Where a request's session is named: headers first, then {@code prompt_cache_key}, and last {@code x-client-request-id}, which some
 * clients choose anew for each request. Where none is named, the beginning of the conversation stands for it. Thread-safe.
 */
public final class SessionSource {
    private static final String[] HEADERS = {"session-id", "session_id", "x-session-id", "conversation-id", "conversation_id",
        "x-session-affinity", "thread-id"};
    private static final String REQUEST = "x-client-request-id";

    private final SessionKeys keys;
    private final ConversationStart start;

    /** Sessions by keys of one secret. */
    public SessionSource(SessionKeys keys) {
        this.keys = keys;
        start = new ConversationStart(keys);
    }

    /** The session's key within its client; 0 if the request names none. */
    public long keyOf(String client, Headers headers, RequestBody body) {
        for (String name : HEADERS) {
            int index = headers.find(name);
            if (index >= 0 && !headers.value(index).isEmpty()) {
                return keys.key(client, headers.value(index));
            }
        }
        JsonValue cacheKey = body.field(Field.PROMPT_CACHE_KEY);
        if (cacheKey.isText()) {
            return keys.key(client, cacheKey.text());
        }
        int index = headers.find(REQUEST);
        return index >= 0 && !headers.value(index).isEmpty() ? keys.key(client, headers.value(index)) : 0;
    }

    /**
     * The session that the request names, or else the one that its conversation's beginning stands for; none if it goes on with what an
     * account holds, or says nothing to go by.
     *
     * @param json the body's bytes, in {@code json[0, length)}
     */
    public Session sessionOf(String client, Headers headers, RequestBody body, byte[] json, int length) {
        long named = keyOf(client, headers, body);
        if (named != 0) {
            return new Session(named, false);
        }
        if (!body.field(Field.PREVIOUS_RESPONSE_ID).isEmpty() || !body.field(Field.CONVERSATION).isEmpty()) {
            return Session.NONE;
        }
        long begun = start.keyOf(client, json, length);
        return begun == 0 ? Session.NONE : new Session(begun, true);
    }
}
