package sluice.forward;

import sluice.api.Field;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.config.FailoverSettings;
import sluice.responses.Binding;

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
        return new Affinity(sessionKey, Binding.of(body), mayResend(rule, body));
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
