package sluice.server;

import sluice.api.RequestBody;
import sluice.api.SelectionRequest;

/**
 * A request that was accepted and is now to be answered by some account. Each attempt starts from it as it is. Confined to the
 * request's thread.
 */
final class Call {
    final Exchange exchange;
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
    /** Whether a stream was asked for. */
    final boolean stream;
    /** Whether the request may be sent again although an account may have executed it. */
    final boolean resendAllowed;
    /** Whether the body's content coding was taken off. */
    final boolean bodyDecoded;
    /** Whether the input carries reasoning of one organisation. */
    final boolean encryptedContent;
    /** Whether the answer says what was changed in the body. */
    final boolean explain;
    /** Whether accounts are tried in turn until one knows the response or conversation that the request is bound to. */
    boolean ownerUnknown;
    /** What was changed in the body at the last attempt. */
    String explanation = "";
    private final ByteBudget.Permit permit;
    private RequestBody body;

    Call(Exchange exchange, RequestRecord record, String client, String target, String model, long sessionKey, String boundTo,
            boolean stream, boolean resendAllowed, boolean bodyDecoded, boolean explain, ByteBudget.Permit permit, RequestBody body) {
        this.exchange = exchange;
        this.record = record;
        this.client = client;
        this.target = target;
        this.model = model;
        this.sessionKey = sessionKey;
        this.boundTo = boundTo;
        this.stream = stream;
        this.resendAllowed = resendAllowed;
        this.bodyDecoded = bodyDecoded;
        this.explain = explain;
        this.permit = permit;
        this.body = body;
        encryptedContent = body.hasEncryptedContent();
        exchange.response().onFirstOutput(this::releaseBody);
    }

    RequestBody body() {
        return body;
    }

    SelectionRequest.Transport transport() {
        return SelectionRequest.Transport.HTTP;
    }

    /** No further attempt is possible: a long stream does not keep its request's bytes. */
    private void releaseBody() {
        body = EmptyBody.INSTANCE;
        permit.close();
    }
}
