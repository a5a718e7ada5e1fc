package sluice.server;

import java.time.Duration;
import sluice.api.Cancellation;
import sluice.api.GatewayError;
import sluice.api.RequestBody;
import sluice.api.Selection;
import sluice.api.SelectionRequest;
import sluice.failures.FailedAttempt;
import sluice.records.RequestRecord;

/**
 * A request that was accepted and is now to be answered by some account: what the {@link FailoverLoop} needs to know of it,
 * and how its client is told that nobody could. Each attempt starts from it as it is. Confined to the request's thread, except
 * for what its kinds say.
 */
abstract class PooledRequest {
    final RequestRecord record;
    /** Name of the client. */
    final String client;
    /** Path below the account's base URL, with the query. */
    final String target;
    /** What the client asked for; empty where the request names no model. */
    final String model;
    /** The session's key; 0 without one. */
    final long sessionKey;
    /** A response or conversation that the request belongs to; empty without one. */
    final String boundTo;
    /** Whether the request may be sent again although an account may have executed it. */
    final boolean resendAllowed;
    /** Whether the input carries reasoning of one organisation. */
    final boolean encryptedContent;
    /** Whether accounts are tried in turn until one knows the response or conversation that the request is bound to. */
    boolean ownerUnknown;
    private final ByteBudget.Permit permit;
    private volatile RequestBody body;

    PooledRequest(RequestRecord record, String client, String target, String model, long sessionKey, String boundTo,
            boolean resendAllowed, ByteBudget.Permit permit, RequestBody body) {
        this.record = record;
        this.client = client;
        this.target = target;
        this.model = model;
        this.sessionKey = sessionKey;
        this.boundTo = boundTo;
        this.resendAllowed = resendAllowed;
        this.permit = permit;
        this.body = body;
        encryptedContent = body.hasEncryptedContent();
    }

    /** The body as it came; empty once no further attempt is possible. */
    final RequestBody body() {
        return body;
    }

    /** No further attempt is possible: a long stream does not keep its request's bytes. */
    final void releaseBody() {
        body = RawBody.NONE;
        permit.close();
    }

    /** Ends whatever the request is blocked in when the client leaves. */
    abstract Cancellation cancellation();

    /** How the account is to be called. */
    abstract SelectionRequest.Transport transport();

    /** Whether a byte of an account's answer is out, so that no other account can be tried. */
    abstract boolean outputSent();

    /** The one account that will do; empty: any. */
    String only() {
        return "";
    }

    /** How long to wait for a slot, where others wait {@code usual}. */
    long waitNanos(long usual) {
        return usual;
    }

    /** No account can be had as it is asked for: whether the request asks for less now, and is to be tried again. */
    boolean widen(Selection.Unavailable none) {
        return false;
    }

    /** Tells the client an error of the gateway's own; the record has it already. */
    abstract void fail(GatewayError error);

    /**
     * Tells the client what an account said; the record has it already.
     *
     * @param wrapped the same in the gateway's shape, for where the account's words are not usable
     */
    abstract void passOn(FailedAttempt failure, GatewayError wrapped);

    /** There is nobody to be told. */
    abstract void abandon();

    /** Whole seconds, rounded up, as {@code Retry-After} wants them. */
    static long seconds(Duration wait) {
        return wait.plusMillis(999).toSeconds();
    }
}
