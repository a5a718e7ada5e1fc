package sluice.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.api.BodyEdit;
import sluice.api.Headers;
import sluice.api.JsonValue;
import sluice.api.OutboundBody;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.api.SelectionRequest.Session;
import sluice.api.SessionKeys;

class SessionSourceTest {
    private static final byte[] JSON = "{\"model\":\"gpt-5\",\"input\":\"hi\"}".getBytes(StandardCharsets.UTF_8);
    private final SessionKeys keys = SessionKeys.random();
    private final SessionSource source = new SessionSource(keys);

    /** A body with one member. */
    private record Body(Field named, String text) implements RequestBody {
        @Override
        public int length() {
            return JSON.length;
        }

        @Override
        public JsonValue field(Field field) {
            return field == named ? JsonValue.string(text) : JsonValue.ABSENT;
        }

        @Override
        public JsonValue at(String path) {
            return JsonValue.ABSENT;
        }

        @Override
        public boolean isRepeated(Field field) {
            return false;
        }

        @Override
        public boolean hasEncryptedContent() {
            return false;
        }

        @Override
        public OutboundBody edited(List<BodyEdit> edits) {
            throw new UnsupportedOperationException();
        }
    }

    private Session session(Headers headers, RequestBody body) {
        return source.sessionOf("team", headers, body, JSON, 0, JSON.length).session();
    }

    private Session named(String value) {
        return new Session(keys.key("team", value), false);
    }

    @Test
    void asksTheHeadersInOrderThenTheCacheKeyThenTheRequestsOwnId() {
        Headers all = Headers.of("x-client-request-id", "request", "thread-id", "thread", "x-session-affinity", "affinity",
                "conversation_id", "c2", "conversation-id", "c1", "x-session-id", "s3", "session_id", "s2", "Session-Id", "s1");
        Body cacheKey = new Body(Field.PROMPT_CACHE_KEY, "cache");

        assertEquals(named("s1"), session(all, cacheKey));
        assertEquals(named("affinity"), session(Headers.of("thread-id", "thread", "x-session-affinity", "affinity"), cacheKey));
        assertEquals(named("thread"), session(Headers.of("x-client-request-id", "request", "thread-id", "thread"), cacheKey));
        assertEquals(named("cache"), session(Headers.of("x-client-request-id", "request"), cacheKey));
        assertEquals(named("request"), session(Headers.of("x-client-request-id", "request"), new Body(Field.MODEL, "gpt-5")));
    }

    private String told(Headers headers, RequestBody body, int to) {
        return source.sessionOf("team", headers, body, JSON, 0, to).source();
    }

    @Test
    void tellsWhereItWasFound() {
        RequestBody plain = new Body(Field.MODEL, "gpt-5");
        assertEquals("thread-id", told(Headers.of("Thread-Id", "t"), plain, JSON.length));
        assertEquals("prompt_cache_key", told(Headers.EMPTY, new Body(Field.PROMPT_CACHE_KEY, "c"), JSON.length));
        assertEquals("x-client-request-id", told(Headers.of("X-Client-Request-Id", "r"), plain, JSON.length));
        assertEquals(SessionSource.BEGINNING, told(Headers.EMPTY, plain, JSON.length));
        assertEquals("", told(Headers.EMPTY, plain, 0));
    }

    @Test
    void guessesByTheBeginningOnlyWhereNothingElseTells() {
        assertEquals(true, session(Headers.EMPTY, new Body(Field.MODEL, "gpt-5")).guessed());
        assertEquals(Session.NONE, session(Headers.EMPTY, new Body(Field.PREVIOUS_RESPONSE_ID, "resp_1")));
        assertEquals(Session.NONE, session(Headers.EMPTY, new Body(Field.CONVERSATION, "conv_1")));
    }
}
