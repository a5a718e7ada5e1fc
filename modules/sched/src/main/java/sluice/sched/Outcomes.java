package sluice.sched;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import sluice.api.AttemptOutcome;
import sluice.api.AttemptOutcome.Kind;
import sluice.api.SchedulerSettings;
import sluice.sched.Condition.Trouble;

/** What an attempt's outcome does to the account's statistics and health. Thread-safe, without a lock. */
final class Outcomes {
    private final double alpha;
    private final SchedulerSettings.Breaker breaker;
    private final SchedulerSettings.CoolDown coolDown;
    private final long maxNanos;

    Outcomes(SchedulerSettings settings) {
        alpha = settings.ewmaAlpha();
        breaker = settings.breaker();
        coolDown = settings.coolDown();
        maxNanos = coolDown.max().toNanos();
    }

    void succeeded(AccountState state, String model, AttemptOutcome.Succeeded outcome, boolean probe, long nowNanos) {
        state.succeeded.increment();
        state.errors.add(0, alpha, nowNanos);
        if (outcome.firstOutputNanos() > 0) {
            state.ttftNanos.add(outcome.firstOutputNanos(), alpha, nowNanos);
            if (!model.isEmpty()) {
                state.models.record(model, nowNanos).ttftNanos.add(outcome.firstOutputNanos(), alpha, nowNanos);
            }
        }
        change(state.condition, condition -> condition.succeeded(probe, nowNanos));
        change(state.models.of(model).condition, condition -> condition.succeeded(false, nowNanos));
    }

    void failed(AccountState state, String model, AttemptOutcome.Failed outcome, boolean probe, long startedNanos, long nowNanos) {
        state.failed.increment();
        if (blames(outcome.kind())) {
            state.errors.add(1, alpha, nowNanos);
        }
        long given = outcome.coolDown().toNanos();
        switch (outcome.kind()) {
            case RATE_LIMITED -> {
                healed(state, probe, nowNanos);
                change(model.isEmpty() ? state.condition : state.models.record(model, nowNanos).condition,
                        condition -> condition.rest(Trouble.COOLING, given, coolDown.first().toNanos(),
                                given > 0 ? maxNanos : coolDown.unknownMax().toNanos(), nowNanos));
            }
            case QUOTA -> {
                healed(state, probe, nowNanos);
                change(state.condition, condition -> condition.rest(Trouble.COOLING, given, coolDown.quota().toNanos(),
                        maxNanos, nowNanos));
            }
            case UNAUTHORIZED -> change(state.condition, condition ->
                    condition.rest(Trouble.UNAUTHORIZED, given, coolDown.unauthorized().toNanos(), maxNanos, nowNanos));
            case FORBIDDEN -> {
                healed(state, probe, nowNanos);
                change(state.condition, condition ->
                        condition.refused(coolDown.forbidden(), coolDown.unauthorized().toNanos(), maxNanos, nowNanos));
            }
            case MODEL_UNSERVED -> {
                healed(state, probe, nowNanos);
                if (!model.isEmpty()) {
                    change(state.models.record(model, nowNanos).condition, condition ->
                            condition.rest(Trouble.UNSERVED, coolDown.modelUnserved().toNanos(), 0,
                                    Long.MAX_VALUE, nowNanos));
                }
            }
            case UPSTREAM, TRANSPORT -> change(state.condition, condition -> condition.failed(probe, startedNanos, nowNanos,
                    breaker.failures(), breaker.open().toNanos(), breaker.max().toNanos()));
        }
    }

    /** The probe told nothing: the next request is one. */
    void ignored(AccountState state, boolean probe) {
        if (probe) {
            change(state.condition, condition -> condition.probing(false));
        }
    }

    /** An operator's cool-down. */
    void cool(AccountState state, long nowNanos) {
        long nanos = coolDown.unknownMax().toNanos();
        change(state.condition, condition -> condition.rest(Trouble.COOLING, nanos, nanos, maxNanos, nowNanos));
    }

    /** A limit that was reached has its own rest, and says nothing bad about the account. */
    private static boolean blames(Kind kind) {
        return switch (kind) {
            case RATE_LIMITED, QUOTA, MODEL_UNSERVED -> false;
            case UNAUTHORIZED, FORBIDDEN, UPSTREAM, TRANSPORT -> true;
        };
    }

    /** The account answered the probe, if only to refuse this request: the way to it and its key are fine. */
    private static void healed(AccountState state, boolean probe, long nowNanos) {
        if (probe) {
            change(state.condition, condition -> condition.succeeded(true, nowNanos));
        }
    }

    private static void change(AtomicReference<Condition> condition, UnaryOperator<Condition> transition) {
        Condition old;
        Condition next;
        do {
            old = condition.get();
            next = transition.apply(old);
        } while (next != old && !condition.compareAndSet(old, next));
    }
}
