package sluice.server;

import sluice.api.Field;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.config.FailoverSettings;

/**
 * What ties a request to accounts.
 *
 * @param sessionKey the session's key; 0 without one
 * @param boundTo a response or conversation that the request belongs to; empty without one
 * @param resendAllowed whether the request may be sent again although an account may have executed it
 */
record Affinity(long sessionKey, String boundTo, boolean resendAllowed) {
    /** Of a request that makes a response. */
    static Affinity of(long sessionKey, RequestBody body, FailoverSettings.ResendAfterSend rule) {
        return new Affinity(sessionKey, boundTo(body), mayResend(rule, body));
    }

    /** What a body is bound to: a response, or a conversation. */
    static String boundTo(RequestBody body) {
        JsonValue previous = body.field(Field.PREVIOUS_RESPONSE_ID);
        return previous.isText() ? previous.text() : conversation(body);
    }

    /** The conversation that a body names, by itself or by its id; empty without one. */
    static String conversation(RequestBody body) {
        JsonValue conversation = body.field(Field.CONVERSATION);
        return switch (conversation.kind()) {
            case STRING -> conversation.text();
            case OBJECT -> body.at("conversation.id").text();
            case ABSENT, NULL, TRUE, FALSE, NUMBER, ARRAY -> "";
        };
    }

    /** Background work is never sent twice. */
    private static boolean mayResend(FailoverSettings.ResendAfterSend rule, RequestBody body) {
        if (body.field(Field.BACKGROUND).kind() == JsonValue.Kind.TRUE) {
            return false;
        }
        return switch (rule) {
            case AUTO -> body.field(Field.STORE).kind() == JsonValue.Kind.FALSE;
            case ALWAYS -> true;
            case NEVER -> false;
        };
    }
}
