package sluice.responses;

import sluice.api.Headers;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.api.SelectionRequest.Session;
import sluice.api.SessionKeys;

/**
 * Where a request's session is named: headers first, then {@code prompt_cache_key}, and last {@code x-client-request-id}, which some
 * clients choose anew for each request. Where none is named, the beginning of the conversation stands for it. Thread-safe.
 */
public final class SessionSource {
    /** The source of a session that the client has not named. */
    public static final String BEGINNING = "beginning of the conversation";

    private static final String[] HEADERS = {"session-id", "session_id", "x-session-id", "conversation-id", "conversation_id",
        "x-session-affinity", "thread-id"};
    private static final String REQUEST = "x-client-request-id";
    private static final String CACHE_KEY = "prompt_cache_key";

    private final SessionKeys keys;
    private final ConversationStart start;

    /** Sessions by keys of one secret. */
    public SessionSource(SessionKeys keys) {
        this.keys = keys;
        start = new ConversationStart(keys);
    }

    /**
     * What was found.
     *
     * @param session the session; {@link Session#NONE} if there is nothing to go by
     * @param source the header or member that names it, or {@link #BEGINNING}; empty without a session
     */
    public record Found(Session session, String source) {
        /** Nothing to go by. */
        public static final Found NOTHING = new Found(Session.NONE, "");
    }

    /** The session's key within its client; 0 if the request names none. */
    public long keyOf(String client, Headers headers, RequestBody body) {
        return named(client, headers, body).session().key();
    }

    private Found named(String client, Headers headers, RequestBody body) {
        for (String name : HEADERS) {
            int index = headers.find(name);
            if (index >= 0 && !headers.value(index).isEmpty()) {
                return named(client, headers.value(index), name);
            }
        }
        JsonValue cacheKey = body.field(Field.PROMPT_CACHE_KEY);
        if (cacheKey.isText()) {
            return named(client, cacheKey.text(), CACHE_KEY);
        }
        int index = headers.find(REQUEST);
        return index >= 0 && !headers.value(index).isEmpty() ? named(client, headers.value(index), REQUEST) : Found.NOTHING;
    }

    private Found named(String client, String value, String source) {
        return new Found(new Session(keys.key(client, value), false), source);
    }

    /**
     * The session that the request names, or else the one that its conversation's beginning stands for; none if it goes on with what an
     * account holds, or says nothing to go by.
     *
     * @param json the body's bytes, in {@code json[from, to)}
     */
    public Found sessionOf(String client, Headers headers, RequestBody body, byte[] json, int from, int to) {
        Found named = named(client, headers, body);
        if (named != Found.NOTHING || !body.field(Field.PREVIOUS_RESPONSE_ID).isEmpty() || !body.field(Field.CONVERSATION).isEmpty()) {
            return named;
        }
        long begun = start.keyOf(client, body.field(Field.MODEL).text(), json, from, to);
        return begun == 0 ? Found.NOTHING : new Found(new Session(begun, true), BEGINNING);
    }
}
