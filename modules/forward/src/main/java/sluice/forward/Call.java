package sluice.forward;

import java.util.Set;
import sluice.api.AccountLease;
import sluice.api.ClientSink;
import sluice.api.GatewayError;
import sluice.api.RelayOutcome;
import sluice.api.RequestBody;
import sluice.api.SelectionRequest;
import sluice.failures.FailedAttempt;
import sluice.failures.FailureAnswer;
import sluice.failures.FailureRules;
import sluice.failures.Told;
import sluice.records.RequestRecord;
import sluice.responses.EventType;
import sluice.responses.Route;

/**
 * A request that was accepted and is now to be answered by some account. Each attempt starts from it as it is. Confined to the
 * request's thread.
 */
public final class Call {
    final Exchange exchange;
    final RequestRecord record;
    final Affinity affinity;
    final Way way;
    /** Whether the input carries reasoning of one organisation. */
    final boolean encryptedContent;
    private final ByteBudget.Permit permit;
    private final boolean diagnostics;
    private volatile RequestBody body;
    /** Whose answer goes to the client. */
    private Voice voice = Voice.GATEWAY;
    private boolean ownerUnknown;
    private boolean stripped;
    private String explanation = "";

    /** Who answers, and as which response. */
    private sealed interface Voice {
        Voice GATEWAY = new OfGateway();

        record OfGateway() implements Voice { }

        record OfAccount(AccountLease lease, String responseId, String conversationId) implements Voice { }
    }

    /**
     * A call.
     *
     * @param diagnostics whether the client may see how it is served
     */
    Call(Exchange exchange, RequestRecord record, Affinity affinity, Way way, ByteBudget.Permit permit, RequestBody body,
            boolean diagnostics) {
        this.exchange = exchange;
        this.record = record;
        this.affinity = affinity;
        this.way = way;
        this.permit = permit;
        this.body = body;
        this.diagnostics = diagnostics;
        encryptedContent = body.hasEncryptedContent();
        answer().onFirstOutput(this::committed);
    }

    Answer answer() {
        return exchange.answer();
    }

    /** The body as it came; empty once no further attempt is possible. */
    RequestBody body() {
        return body;
    }

    /** Path below the account's base URL, with the query. */
    String target() {
        return exchange.target().upstreamPath() + exchange.head().query();
    }

    /** Whether the account is to do new work. If not, it tells of a response that it keeps, and a failure in it is old. */
    boolean asksForWork() {
        return exchange.target().route().asksForWork();
    }

    /** Whether the answer says what was changed in the body. */
    boolean explains() {
        return diagnostics && exchange.head().headers().first("x-sluice-explain").filter("1"::equals).isPresent();
    }

    /** What the scheduler needs to know. */
    SelectionRequest wish(Set<String> tried, long usualWaitNanos) {
        return SelectionRequest.by(record.client).model(record.model).route(routeOfItsOwn()).session(affinity.session())
                .boundTo(affinity.boundTo()).transport(way.transport()).encryptedContent(encryptedContent).excluding(tried)
                .only(way.only(record.attempts))
                .waiting(way.waitNanos(record.model, record.attempts, usualWaitNanos)).seed(record.startedNanos).build();
    }

    /** What the request's model is called by the client; empty without one. */
    public String model() {
        return record.model;
    }

    /** The response or conversation that the request belongs to; empty without one. */
    public String boundTo() {
        return affinity.boundTo();
    }

    /** The same request, but bound to nothing: any account may take it except the last one. */
    public SelectionRequest elsewhere(SelectionRequest.Transport transport) {
        Set<String> excluded = record.account.isEmpty() ? Set.of() : Set.of(record.account);
        return SelectionRequest.by(record.client).model(record.model).session(affinity.session()).transport(transport)
                .encryptedContent(encryptedContent).excluding(excluded).seed(record.startedNanos).build();
    }

    /** A route that some accounts lack; empty for the usual one, and for what lives in one account. */
    private String routeOfItsOwn() {
        Route route = exchange.target().route();
        return route == Route.COMPACT || route == Route.INPUT_TOKENS ? exchange.target().upstreamPath() : "";
    }

    /** Whether accounts are tried in turn until one knows the response or conversation that the request is bound to. */
    boolean ownerUnknown() {
        return ownerUnknown;
    }

    /** Whether another account is tried after a failure that {@code rule} judged, as long as nothing of an answer is out. */
    boolean triesAnother(FailureRules.Rule rule) {
        return switch (rule.effect()) {
            case NEXT_ACCOUNT -> true;
            case NEXT_IF_RESEND_ALLOWED -> affinity.resendAllowed();
            case NEXT_IF_OWNER_UNKNOWN -> ownerUnknown;
            case STRIP_ONCE, NOT_BY_WEBSOCKET, PASS, END -> false;
        };
    }

    /** An account was chosen; {@code byOwner}: because it made what the request is bound to. */
    void chosen(boolean byOwner) {
        ownerUnknown = !affinity.boundTo().isEmpty() && !byOwner;
    }

    /** The lease's account is asked now: what comes back is its answer. */
    void asks(AccountLease lease, boolean withoutReasoning) {
        stripped = withoutReasoning && encryptedContent;
        voice = new Voice.OfAccount(lease, "", "");
    }

    /** Whether the last attempt had to go without encrypted reasoning. */
    boolean stripped() {
        return stripped;
    }

    /** The answer's ids are known. */
    void identified(String responseId, String conversationId) {
        if (voice instanceof Voice.OfAccount said) {
            voice = new Voice.OfAccount(said.lease(), made(responseId), made(conversationId));
            if (answer().outputSent()) {
                said.lease().began(made(responseId), made(conversationId));
            }
        }
    }

    /** The client sees the end of its answer next, as far as it is known now: what it has used is paid before. */
    void settleBeforeEnd(int status, RelayOutcome.Report soFar) {
        if (!soFar.usage().isTold() && soFar.terminal().equals(EventType.ERROR.text())) {
            // A response.failed may follow, which knows more.
            return;
        }
        record.status = status;
        record.usage = soFar.usage();
        record.seenTokens = soFar.counts().tokens();
        record.toldTier = soFar.serviceTier();
        record.responseId = soFar.responseId();
        if (asksForWork()) {
            record.errorCode = soFar.error().code();
        }
        record.ending();
    }

    /**
     * The id in an answer, if it tells whose it is. At a path that the gateway does not know an answer may repeat what the request named,
     * which is nobody's by being named.
     */
    String made(String id) {
        Route route = exchange.target().route();
        boolean known = route != Route.OTHER && route != Route.DELETE_MODEL || id.equals(affinity.boundTo());
        return known || exchange.head().method().equals("POST") && !affinity.repeated().test(id) ? id : "";
    }

    /** No further attempt is possible: a long stream does not keep its request's bytes. */
    private void committed() {
        body = RawBody.NONE;
        permit.close();
        if (voice instanceof Voice.OfAccount(AccountLease lease, String responseId, String conversationId)) {
            lease.began(responseId, conversationId);
        }
    }

    void explain(String changes) {
        explanation = changes;
    }

    /** What was changed in the body at the last attempt. */
    String explanation() {
        return explanation;
    }

    /** What the client asked for, as far as a failure's words name it. */
    FailureAnswer.Subject subject(long nowNanos) {
        return new FailureAnswer.Subject(record.model, affinity.boundTo(),
                record.epochMillis + (nowNanos - record.startedNanos) / 1_000_000);
    }

    /** Tells the client what was decided for it, and records that. */
    void tell(Told told) {
        switch (told) {
            case Told.InOwnWords(GatewayError error, String detail) -> fail(error, detail);
            case Told.AsItIs(FailedAttempt failure, GatewayError wrapped, String code) -> {
                boolean usable = failure.body().length > 0 && failure.error().json() && !answer().headersSent();
                if (usable && way.wordsFor(wrapped, this) == wrapped) {
                    record.failed(failure.status(), code, failure.detail());
                    tellAsItIs(failure, wrapped);
                } else {
                    fail(wrapped, failure.detail());
                }
            }
            case Told.Nothing(String detail) -> abandon(detail);
        }
    }

    private void fail(GatewayError error, String detail) {
        GatewayError told = way.wordsFor(error, this);
        record.failed(told.status(), told.code(), told == error ? detail
                : "instead of " + error.status() + " " + error.code() + ": " + detail);
        voice = Voice.GATEWAY;
        answer().fail(told);
    }

    private void tellAsItIs(FailedAttempt failure, GatewayError wrapped) {
        voice = Voice.GATEWAY;
        answer().passRefusalOn(failure.status(), lines -> {
            HeaderPolicy.toClient(failure.headers(), HeaderPolicy.Form.AS_IT_IS, lines);
            lines.add("x-sluice-error", "upstream");
            if (!wrapped.retryAfter().isZero() && !failure.headers().has("retry-after")) {
                lines.add("retry-after", Long.toString(wrapped.retryAfterSeconds()));
            }
        }, failure.body());
    }

    /** Whether the request was ended although its client is there. */
    boolean isCutOff() {
        return exchange.cancellation().told().isPresent();
    }

    /** The request was ended by who closes the gateway: the client is told, unless its answer has had its end. */
    void tellCutOff() {
        GatewayError error = exchange.cancellation().told().orElseThrow();
        answer().closeAfter();
        if (answer().outputSent()) {
            record.failed(answer().status(), error.code(), error.message());
            answer().abort();
        } else {
            // Said as it is: whatever the client is bound to, there is no other account to go on with here.
            record.failed(error.status(), error.code(), error.message());
            voice = Voice.GATEWAY;
            answer().fail(error);
        }
    }

    /** There is nobody to be told. */
    void abandon(String detail) {
        if (isCutOff()) {
            tellCutOff();
            return;
        }
        // 499 is for those who left before an answer began
        record.failed(answer().headersSent() ? answer().status() : 499, "client_gone", detail);
        answer().abort();
    }

    /** Ends an answer that is complete. */
    void end(boolean timed) {
        try {
            if (timed) {
                answer().writeTimingComment();
            }
            answer().end();
        } catch (ClientSink.Gone e) {
            answer().abort();
        }
    }
}
