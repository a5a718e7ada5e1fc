package sluice.sched;

import java.util.List;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.Decision.FilterReason;
import sluice.api.SelectionPolicy.Situation;
import sluice.api.SelectionRequest;
import sluice.api.SharedState.Home;

/**
 * The accounts as one request sees them. What belongs to one account is read once, when the policy first asks for it, so that the
 * answers about it agree. Reused; confined to one thread at a time.
 */
final class View implements Situation {
    private static final int NOWHERE = -1;

    private final LongSupplier epochMillis;
    /** Asked for once, and only if some quota is known. */
    private long nowEpochMillis;
    private Fleet fleet = Fleet.EMPTY;
    private Wish wish;
    private boolean patient;
    private long nowNanos;
    private int home;
    private int owner;
    /** The account that was asked for last, and what was read of it. */
    private int at = NOWHERE;
    private Member member;
    private int code;
    private long ttftCell;
    private boolean ttftRead;

    View(LongSupplier epochMillis) {
        this.epochMillis = epochMillis;
    }

    /** Looks at the accounts for a request. */
    void look(Fleet accounts, Wish request, long now, boolean mayBePatient) {
        fleet = accounts;
        wish = request;
        nowNanos = now;
        patient = mayBePatient;
        home = accounts.position(request.binding().account());
        owner = accounts.position(request.owner());
        at = NOWHERE;
        nowEpochMillis = 0;
    }

    @Override
    public SelectionRequest request() {
        return wish.request();
    }

    @Override
    public Home binding() {
        return wish.binding();
    }

    @Override
    public int home() {
        return home;
    }

    @Override
    public int owner() {
        return owner;
    }

    @Override
    public boolean leavesOrganization() {
        return wish.leaves();
    }

    @Override
    public boolean patient() {
        return patient;
    }

    @Override
    public long nowNanos() {
        return nowNanos;
    }

    @Override
    public List<Account> accounts() {
        return fleet.accounts();
    }

    private Member turnTo(int position) {
        if (position != at) {
            at = position;
            member = fleet.at(position);
            code = Eligibility.check(member, wish, nowNanos);
            ttftRead = false;
        }
        return member;
    }

    @Override
    public boolean fits(int position) {
        turnTo(position);
        return code == Eligibility.FITS;
    }

    @Override
    public FilterReason reason(int position) {
        turnTo(position);
        return Eligibility.reason(code);
    }

    @Override
    public long restEndsNanos(int position) {
        return Eligibility.restEndNanos(turnTo(position), wish, nowNanos);
    }

    /** What keeps the account from serving the request: its own trouble, or that of the part which is asked for. */
    Condition troubled(int position) {
        return Eligibility.troubled(turnTo(position), wish, nowNanos);
    }

    /** Whether it serves the model, as it is configured and as far as it is known. */
    boolean serves(int position) {
        return Eligibility.serves(turnTo(position), wish, nowNanos);
    }

    @Override
    public int inFlight(int position) {
        return turnTo(position).state.inFlight();
    }

    @Override
    public int waiting(int position) {
        return turnTo(position).state.waiting.get();
    }

    @Override
    public double errors(int position) {
        long cell = turnTo(position).state.errors.read();
        return FadingMean.mean(cell) * FadingMean.freshness(cell, nowNanos);
    }

    @Override
    public double ttftNanos(int position) {
        long cell = ttft(position);
        return FadingMean.freshness(cell, nowNanos) == 0 ? 0 : FadingMean.mean(cell);
    }

    @Override
    public double ttftCertainty(int position) {
        return FadingMean.freshness(ttft(position), nowNanos);
    }

    /** The model's own speed where it is known, otherwise the account's. */
    private long ttft(int position) {
        AccountState state = turnTo(position).state;
        if (!ttftRead) {
            long cell = state.models.of(wish.request().model()).ttftNanos.read();
            ttftCell = FadingMean.freshness(cell, nowNanos) > 0 ? cell : state.ttftNanos.read();
            ttftRead = true;
        }
        return ttftCell;
    }

    @Override
    public double heldNanos(int position) {
        long cell = turnTo(position).state.heldNanos.read();
        return FadingMean.freshness(cell, nowNanos) == 0 ? 0 : FadingMean.mean(cell);
    }

    @Override
    public double quotaSurplus(int position) {
        Quotas quotas = fleet.at(position).state.quotas;
        return quotas.isEmpty() ? Quotas.UNKNOWN : quotas.surplus(epoch());
    }

    @Override
    public boolean quotaLow(int position) {
        Quotas quotas = fleet.at(position).state.quotas;
        return !quotas.isEmpty() && quotas.isLow(wish.request().model(), epoch());
    }

    private long epoch() {
        if (nowEpochMillis == 0) {
            nowEpochMillis = epochMillis.getAsLong();
        }
        return nowEpochMillis;
    }

    @Override
    public long nameHash(int position) {
        return fleet.at(position).hash;
    }
}
