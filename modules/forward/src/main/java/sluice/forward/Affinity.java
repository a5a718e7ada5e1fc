package sluice.forward;

import java.util.List;
import java.util.function.Predicate;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.api.SelectionRequest.Session;
import sluice.config.FailoverSettings;
import sluice.responses.Continuation;

/**
 * What ties a request to accounts: a session makes one of them better, a binding makes all others wrong.
 *
 * @param session the session, named by the client or guessed
 * @param boundTo a response or conversation that the request belongs to; empty without one
 * @param resendAllowed whether the request may be sent again although an account may have executed it
 * @param repeated which ids of the answer may be those that it named, and tell of nothing that was made
 */
record Affinity(Session session, String boundTo, boolean resendAllowed, Predicate<String> repeated) {
    /** Of a request whose answer only has ids of its own. */
    Affinity(Session session, String boundTo, boolean resendAllowed) {
        this(session, boundTo, resendAllowed, id -> false);
    }

    /** Of a request that makes a response. */
    static Affinity of(Session session, RequestBody body, FailoverSettings.ResendAfterSend rule) {
        return new Affinity(session, Continuation.of(body), mayResend(rule, body));
    }

    /** The same; what continues nothing is bound to the first of the items that it names. */
    Affinity orTo(List<String> items) {
        return boundTo.isEmpty() && !items.isEmpty() ? new Affinity(session, items.getFirst(), resendAllowed, repeated) : this;
    }

    /** The key of a session that the client has named; 0 without one. What a connection keeps is shared within such a session only. */
    long namedKey() {
        return session.guessed() ? 0 : session.key();
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
