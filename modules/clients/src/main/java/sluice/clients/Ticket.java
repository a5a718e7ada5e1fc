package sluice.clients;

import java.util.Optional;
import java.util.OptionalLong;
import sluice.api.RequestBody;
import sluice.api.TokenUsage;
import sluice.records.RequestRecord;

/**
 * The right of one request to be served, from its admission to its end. What it used is settled by the facts in its record: before
 * its client sees the end of the answer, where they are known by then, and else by {@link #close}. Confined to the request's thread.
 */
public final class Ticket implements AutoCloseable {
    private final Admission admission;
    private final ClientAuthenticator.Outcome.Known known;
    private final RequestRecord record;
    private Optional<Reservation> reservation = Optional.empty();
    private String read = "";
    private SpendingStore.UnderWay underWay = SpendingStore.UnderWay.UNKNOWN;
    private boolean settled;
    private TokenUsage usage = TokenUsage.NONE;
    private OptionalLong cost = OptionalLong.empty();
    private boolean closed;

    Ticket(Admission admission, ClientAuthenticator.Outcome.Known known, RequestRecord record) {
        this.admission = admission;
        this.known = known;
        this.record = record;
        record.whenEnding(ending -> settleIfKnown());
    }

    /** A client that has seen the end of its answer may ask for more at once, and what it used must be paid for by then. */
    private void settleIfKnown() {
        if (!settled && admission.knowsUseOf(this)) {
            settle();
        }
    }

    private void settle() {
        settled = true;
        admission.settle(this);
        usage = record.usage;
        cost = record.cost;
    }

    /** The body is known, and asks for work that will be billed: judges it, and reserves what it will use. */
    public Admission.Claimed claim(RequestBody body, String model, long nowNanos) {
        return admission.claim(this, body, model, true, nowNanos);
    }

    /** The body is known, and asks for nothing that is billed, such as a count of tokens. */
    public Admission.Claimed ask(RequestBody body, String model, long nowNanos) {
        return admission.claim(this, body, model, false, nowNanos);
    }

    /** The request is about a response that exists: what that used is its maker's business, and is settled if it was not yet. */
    public void reads(String responseId) {
        read = responseId;
    }

    /** What was reserved; empty if nothing was. */
    Optional<Reservation> reservation() {
        return reservation;
    }

    void reserved(Reservation taken, SpendingStore.UnderWay kept) {
        reservation = Optional.of(taken);
        underWay = kept;
        record.whenSent(kept::sent);
    }

    /** What is kept of it in case that this process is killed. */
    SpendingStore.UnderWay underWay() {
        return underWay;
    }

    /** The response that it reads; empty if it reads none. */
    String read() {
        return read;
    }

    ClientAuthenticator.Outcome.Known known() {
        return known;
    }

    RequestRecord record() {
        return record;
    }

    /** The request has ended, and its record tells how. May be called again. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (settled) {
                record.usage = usage;
                record.cost = cost;
            } else {
                settle();
            }
        } finally {
            admission.leave(known);
        }
    }
}
