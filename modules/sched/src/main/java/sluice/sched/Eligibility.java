package sluice.sched;

import sluice.api.Selection.FilterReason;
import sluice.api.SelectionRequest;
import sluice.sched.Condition.Trouble;

/** The filters: whether an account can serve a request now, and if not, why. Stateless. */
final class Eligibility {
    /** It can; any other answer is the ordinal of a {@link FilterReason}, so that nothing is allocated per account. */
    static final int FITS = -1;

    private static final FilterReason[] REASONS = FilterReason.values();

    private Eligibility() {
    }

    static FilterReason reason(int code) {
        return REASONS[code];
    }

    /** Lasting reasons come first, and "already tried" late: what an account suffers from says more. */
    static int check(Member member, Wish wish, long nowNanos) {
        int code = checkWithoutSlot(member, wish, nowNanos);
        if (code == FITS && member.state.inFlight() >= member.concurrency) {
            return FilterReason.NO_FREE_SLOT.ordinal();
        }
        return code;
    }

    /** As {@link #check}, where a slot is at hand. */
    static int checkWithoutSlot(Member member, Wish wish, long nowNanos) {
        SelectionRequest request = wish.request();
        if (member.state.disabled()) {
            return FilterReason.DISABLED.ordinal();
        }
        if (request.transport() == SelectionRequest.Transport.WEBSOCKET && !member.webSocket) {
            return FilterReason.TRANSPORT_NOT_OFFERED.ordinal();
        }
        if (!member.serves(request.model())) {
            return FilterReason.MODEL_NOT_SERVED.ordinal();
        }
        if (wish.limited() && !wish.organization().equals(member.account.organization())) {
            return FilterReason.OTHER_ORGANIZATION.ordinal();
        }
        int code = judge(member.state.condition.get(), nowNanos);
        if (code == FITS) {
            code = judge(member.state.models.of(request.model()).condition.get(), nowNanos);
        }
        if (code == FITS && excluded(member, wish)) {
            return FilterReason.EXCLUDED.ordinal();
        }
        return code;
    }

    static boolean excluded(Member member, Wish wish) {
        return wish.request().rulesOut(member.name);
    }

    /** When the account's rest for this request ends; 0 if that depends on a probe that is under way. */
    static long restEndNanos(Member member, Wish wish, long nowNanos) {
        Condition account = member.state.condition.get();
        Condition model = member.state.models.of(wish.request().model()).condition.get();
        long end = 0;
        if (account.resting(nowNanos)) {
            end = account.untilNanos();
        } else if (account.needsProbe() && account.probing()) {
            return 0;
        }
        return model.resting(nowNanos) ? Math.max(end, model.untilNanos()) : end;
    }

    private static int judge(Condition condition, long nowNanos) {
        if (condition.trouble() == Trouble.NONE) {
            return FITS;
        }
        if (!condition.resting(nowNanos) && !(condition.needsProbe() && condition.probing())) {
            return FITS;
        }
        return switch (condition.trouble()) {
            case NONE -> FITS;
            case COOLING -> FilterReason.COOLING_DOWN.ordinal();
            case BREAKER -> FilterReason.BREAKER_OPEN.ordinal();
            case UNAUTHORIZED -> FilterReason.UNAUTHORIZED.ordinal();
            case UNSERVED -> FilterReason.MODEL_NOT_SERVED.ordinal();
        };
    }
}
