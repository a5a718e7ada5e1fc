package sluice.sched;

import java.util.List;
import sluice.api.AccountStatus;
import sluice.api.AccountStatus.RestingModel;
import sluice.api.AccountStatus.State;

/** An account's state for people. Stateless. */
final class Statuses {
    private Statuses() {
    }

    static AccountStatus of(Member member, long nowNanos, long nowEpochMillis) {
        AccountState state = member.state;
        Condition condition = state.condition.get();
        long rest = condition.resting(nowNanos) ? condition.untilNanos() - nowNanos : 0;
        List<RestingModel> models = state.models.resting(nowNanos);
        long errors = state.errors.read();
        long ttft = state.ttftNanos.read();
        AccountStatus.History history = new AccountStatus.History(FadingMean.mean(errors) * FadingMean.freshness(errors, nowNanos),
                FadingMean.freshness(ttft, nowNanos) == 0 ? 0 : (long) FadingMean.mean(ttft),
                state.succeeded.sum(), state.failed.sum());
        return new AccountStatus(member.name, word(member, condition, rest, models),
                new AccountStatus.Slots(state.inFlight(), member.concurrency), history,
                new AccountStatus.Limits(longest(rest, models), models, state.quotas.all(nowEpochMillis)));
    }

    /** An unauthorized account and an open breaker stay so until a probe goes well. */
    private static State word(Member member, Condition condition, long rest, List<RestingModel> models) {
        if (member.state.disabled()) {
            return State.DISABLED;
        }
        return switch (condition.trouble()) {
            case UNAUTHORIZED -> State.UNAUTHORIZED;
            case BREAKER, REFUSED -> State.BREAKER_OPEN;
            case NONE, COOLING, RATE_LIMITED, USED_UP, UNSERVED -> {
                if (rest > 0) {
                    yield State.COOLING_DOWN;
                }
                if (!models.isEmpty()) {
                    yield State.MODEL_COOLING_DOWN;
                }
                yield member.state.inFlight() >= member.concurrency ? State.FULL : State.READY;
            }
        };
    }

    private static long longest(long rest, List<RestingModel> models) {
        return Math.max(rest, models.stream().mapToLong(RestingModel::restNanos).max().orElse(0));
    }
}
