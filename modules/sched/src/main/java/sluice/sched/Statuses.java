package sluice.sched;

import sluice.api.AccountStatus;
import sluice.api.AccountStatus.State;

/** An account's state for people. Stateless. */
final class Statuses {
    private Statuses() {
    }

    static AccountStatus of(Member member, long nowNanos) {
        AccountState state = member.state;
        Condition condition = state.condition.get();
        long rest = condition.resting(nowNanos) ? condition.untilNanos() - nowNanos : 0;
        long modelRest = Math.max(0, state.models.restsUntilNanos(nowNanos) - nowNanos);
        long errors = state.errors.read();
        long ttft = state.ttftNanos.read();
        return new AccountStatus(member.name, word(member, condition, rest, modelRest), state.inFlight(), member.concurrency,
                FadingMean.mean(errors) * FadingMean.freshness(errors, nowNanos),
                FadingMean.freshness(ttft, nowNanos) == 0 ? 0 : (long) FadingMean.mean(ttft), Math.max(rest, modelRest),
                state.succeeded.sum(), state.failed.sum());
    }

    /** An unauthorized account and an open breaker stay so until a probe goes well. */
    private static State word(Member member, Condition condition, long rest, long modelRest) {
        if (member.state.disabled()) {
            return State.DISABLED;
        }
        return switch (condition.trouble()) {
            case UNAUTHORIZED -> State.UNAUTHORIZED;
            case BREAKER -> State.BREAKER_OPEN;
            case NONE, COOLING, UNSERVED -> {
                if (rest > 0 || modelRest > 0) {
                    yield State.COOLING_DOWN;
                }
                yield member.state.inFlight() >= member.concurrency ? State.FULL : State.READY;
            }
        };
    }
}
