package sluice.server;

import java.util.Optional;
import sluice.api.AccountLease;
import sluice.api.Cancellation;
import sluice.api.ClientGoneException;
import sluice.api.GatewayError;
import sluice.api.RequestBody;
import sluice.api.SelectionRequest;
import sluice.failures.FailedAttempt;
import sluice.records.RequestRecord;
import sluice.responses.ErrorEvent;

/** An HTTP request that was accepted and is now to be answered by some account. Confined to the request's thread. */
final class Call extends PooledRequest {
    final Exchange exchange;
    /** Whether a stream was asked for. */
    final boolean stream;
    /** Whether the account is to do something new; otherwise a failure in its answer is one of a response that it keeps. */
    final boolean asksForWork;
    /** Whether the body's content coding was taken off. */
    final boolean bodyDecoded;
    /** Whether the answer says what was changed in the body. */
    final boolean explain;
    /** Whether the last attempt went without encrypted reasoning. */
    boolean stripped;
    /** What was changed in the body at the last attempt. */
    String explanation = "";
    /** Whose answer goes to the client; empty while the gateway speaks for itself. */
    private Optional<AccountLease> lease = Optional.empty();
    private String responseId = "";
    private String conversationId = "";

    Call(Exchange exchange, RequestRecord record, String client, String target, String model, long sessionKey, String boundTo,
            boolean stream, boolean resendAllowed, boolean bodyDecoded, boolean explain, ByteBudget.Permit permit, RequestBody body) {
        super(record, client, target, model, sessionKey, boundTo, resendAllowed, permit, body);
        this.exchange = exchange;
        this.stream = stream;
        asksForWork = body != RawBody.NONE;
        this.bodyDecoded = bodyDecoded;
        this.explain = explain;
        exchange.response().onFirstOutput(this::committed);
    }

    /** From now on, what is sent to the client is an answer of this lease's account. */
    void answeredBy(AccountLease next) {
        lease = Optional.of(next);
        responseId = "";
        conversationId = "";
    }

    /** The answer's ids are known. */
    void identified(String response, String conversation) {
        responseId = response;
        conversationId = conversation;
        if (outputSent()) {
            lease.ifPresent(one -> one.began(responseId, conversationId));
        }
    }

    private void committed() {
        releaseBody();
        lease.ifPresent(one -> one.began(responseId, conversationId));
    }

    @Override
    Cancellation cancellation() {
        return exchange.cancellation();
    }

    @Override
    SelectionRequest.Transport transport() {
        return SelectionRequest.Transport.HTTP;
    }

    @Override
    boolean outputSent() {
        return exchange.response().outputSent();
    }

    /** As the whole answer, or as the end of a stream that is under way. */
    @Override
    void fail(GatewayError error) {
        ClientResponse response = exchange.response();
        response.letSleep();
        lease = Optional.empty();
        try {
            if (!response.headersSent()) {
                response.sendError(error);
            } else {
                byte[] event = ErrorEvent.frame(error, record.responseId, 0, record.epochMillis / 1000);
                response.write(event, 0, event.length, true);
                response.abort();
            }
        } catch (ClientGoneException e) {
            response.abort();
        }
    }

    /** The account's own answer, if it was one and is JSON. */
    @Override
    void passOn(FailedAttempt failure, GatewayError wrapped) {
        ClientResponse response = exchange.response();
        if (failure.body().length == 0 || !failure.error().json() || response.headersSent()) {
            record.failed(wrapped.status(), wrapped.code(), failure.detail());
            fail(wrapped);
            return;
        }
        response.letSleep();
        response.begin(failure.status(), failure.body().length, lines -> {
            HeaderPolicy.toClient(failure.headers(), HeaderPolicy.Form.AS_IT_IS, lines);
            lines.ascii("x-sluice-error: upstream\r\n");
            if (!wrapped.retryAfter().isZero() && !failure.headers().has("retry-after")) {
                lines.ascii("retry-after: ").decimal(seconds(wrapped.retryAfter())).crlf();
            }
        });
        try {
            response.sendWhole(failure.body());
        } catch (ClientGoneException e) {
            response.abort();
        }
    }

    @Override
    void abandon() {
        if (exchange.response().headersSent()) {
            // 499 is for those who left before an answer began
            record.status = exchange.response().status();
        }
        exchange.response().abort();
    }
}
