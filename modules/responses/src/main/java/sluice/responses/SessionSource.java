package sluice.responses;

import sluice.api.Field;
import sluice.api.Headers;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.SessionKeys;

/** Where a request's session is named: headers first, then {@code prompt_cache_key}. Thread-safe. */
public final class SessionSource {
    private static final String[] HEADERS = {"session-id", "session_id", "x-session-id", "conversation-id", "conversation_id"};

    private final SessionKeys keys;

    /** Sessions by keys of one secret. */
    public SessionSource(SessionKeys keys) {
        this.keys = keys;
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
        return cacheKey.isText() ? keys.key(client, cacheKey.text()) : 0;
    }
}
