package sluice.sched;

import sluice.api.Decision.FilterReason;
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
        if (code == FITS && !member.hasRoomFor(wish.request().client(), nowNanos)) {
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
        if (request.need().transport() == SelectionRequest.Transport.WEBSOCKET && !member.webSocket) {
            return FilterReason.TRANSPORT_NOT_OFFERED.ordinal();
        }
        if (!member.serves(request.model())) {
            return FilterReason.MODEL_NOT_SERVED.ordinal();
        }
        if (wish.limited() && !wish.organization().equals(member.account.offer().organization())) {
            return FilterReason.OTHER_ORGANIZATION.ordinal();
        }
        int code = judge(member.state.condition.get(), nowNanos, FilterReason.MODEL_NOT_SERVED);
        if (code == FITS) {
            code = judge(member.state.models.of(request.model()).condition.get(), nowNanos, FilterReason.MODEL_NOT_SERVED);
        }
        if (code == FITS && !request.need().route().isEmpty()) {
            code = judge(member.state.routes.of(request.need().route()).condition.get(), nowNanos, FilterReason.ROUTE_NOT_SERVED);
        }
        if (code == FITS && excluded(member, wish)) {
            return FilterReason.EXCLUDED.ordinal();
        }
        return code;
    }

    static boolean excluded(Member member, Wish wish) {
        return wish.request().rulesOut(member.name);
    }

    /** When the account's rest for this request ends; 0 if it does not rest, or if a probe decides. */
    static long restEndNanos(Member member, Wish wish, long nowNanos) {
        Condition account = member.state.condition.get();
        long end = 0;
        if (account.resting(nowNanos)) {
            end = account.untilNanos();
        } else if (account.needsProbe() && account.probing()) {
            return 0;
        }
        Condition model = member.state.models.of(wish.request().model()).condition.get();
        Condition route = member.state.routes.of(wish.request().need().route()).condition.get();
        end = model.resting(nowNanos) ? Math.max(end, model.untilNanos()) : end;
        return route.resting(nowNanos) ? Math.max(end, route.untilNanos()) : end;
    }

    /** What keeps the account from serving: its own trouble, else that of the model; {@link Condition#CLEAR} if neither rests. */
    static Condition troubled(Member member, Wish wish, long nowNanos) {
        Condition account = member.state.condition.get();
        if (account.resting(nowNanos) || account.needsProbe()) {
            return account;
        }
        Condition model = member.state.models.of(wish.request().model()).condition.get();
        return model.resting(nowNanos) ? model : Condition.CLEAR;
    }

    /** Whether it serves the model: by its configuration, and as far as it has been asked. */
    static boolean serves(Member member, Wish wish, long nowNanos) {
        String model = wish.request().model();
        Condition known = member.state.models.of(model).condition.get();
        return member.serves(model) && !(known.trouble() == Trouble.UNSERVED && known.resting(nowNanos));
    }

    private static int judge(Condition condition, long nowNanos, FilterReason unserved) {
        if (condition.trouble() == Trouble.NONE) {
            return FITS;
        }
        if (!condition.resting(nowNanos) && !(condition.needsProbe() && condition.probing())) {
            return FITS;
        }
        return switch (condition.trouble()) {
            case NONE -> FITS;
            case COOLING -> FilterReason.COOLING_DOWN.ordinal();
            case RATE_LIMITED -> FilterReason.RATE_LIMITED.ordinal();
            case USED_UP -> FilterReason.USAGE_LIMIT.ordinal();
            case BREAKER, REFUSED -> FilterReason.BREAKER_OPEN.ordinal();
            case UNAUTHORIZED -> FilterReason.UNAUTHORIZED.ordinal();
            case UNSERVED -> unserved.ordinal();
        };
    }
}
