package sluice.sched;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import sluice.api.AttemptOutcome;
import sluice.api.AttemptOutcome.Kind;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionRequest;
import sluice.api.SharedState.Rest.Part;
import sluice.sched.Condition.Length;
import sluice.sched.Condition.Trouble;

/** What an attempt's outcome does to the account's statistics and health. Thread-safe, without a lock. */
final class Outcomes {
    private final double alpha;
    private final SchedulerSettings.Breaker breaker;
    private final SchedulerSettings.CoolDown coolDown;
    private final long maxNanos;
    private final RestBook rests;

    Outcomes(SchedulerSettings settings, RestBook rests) {
        alpha = settings.scoring().ewmaAlpha();
        breaker = settings.failures().breaker();
        coolDown = settings.failures().coolDown();
        maxNanos = coolDown.max().toNanos();
        this.rests = rests;
    }

    /**
     * An attempt, as far as its outcome is booked by it.
     *
     * @param member the account
     * @param need what it was asked for
     * @param probe whether it was to find out whether the account is well again
     * @param startedNanos when it began
     */
    record Attempt(Member member, SelectionRequest.Need need, boolean probe, long startedNanos) { }

    void succeeded(Attempt attempt, AttemptOutcome.Succeeded outcome, long nowNanos) {
        AccountState state = attempt.member.state;
        String model = attempt.need.model();
        state.succeeded.increment();
        state.errors.add(0, alpha, nowNanos);
        if (outcome.firstOutputNanos() > 0) {
            state.ttftNanos.add(outcome.firstOutputNanos(), alpha, nowNanos);
            if (!model.isEmpty()) {
                state.models.record(model, nowNanos).ttftNanos.add(outcome.firstOutputNanos(), alpha, nowNanos);
            }
        }
        change(attempt.member, Part.ALL, state.condition, nowNanos, condition -> condition.succeeded(attempt.probe, nowNanos));
        changeKnown(attempt.member, Part.Kind.MODEL, state.models, model, nowNanos);
        changeKnown(attempt.member, Part.Kind.ROUTE, state.routes, attempt.need.route(), nowNanos);
    }

    private void changeKnown(Member member, Part.Kind kind, PartStates parts, String name, long nowNanos) {
        AtomicReference<Condition> condition = parts.of(name).condition;
        if (condition.get() != Condition.CLEAR) {
            change(member, new Part(kind, name), condition, nowNanos, old -> old.succeeded(false, nowNanos));
        }
    }

    /** An attempt failed, and that is the account's. */
    void failed(Attempt attempt, AttemptOutcome.Failed outcome, long nowNanos) {
        AccountState state = attempt.member.state;
        if (blames(outcome.kind())) {
            state.errors.add(1, alpha, nowNanos);
        }
        long stated = outcome.coolDown().toNanos();
        switch (outcome.kind()) {
            case RATE_LIMITED -> rateLimited(attempt, stated, nowNanos);
            case QUOTA, USAGE_LIMIT -> {
                healed(attempt, nowNanos);
                account(attempt, nowNanos, condition -> condition.rest(Trouble.USED_UP,
                        new Length(stated, coolDown.quota().toNanos(), maxNanos), nowNanos));
            }
            case UNAUTHORIZED -> account(attempt, nowNanos, condition -> reached(attempt, condition).rest(Trouble.UNAUTHORIZED,
                    new Length(stated, coolDown.unauthorized().toNanos(), maxNanos), nowNanos));
            case FORBIDDEN -> account(attempt, nowNanos, condition -> condition.refused(attempt.probe, coolDown.forbidden(),
                    new Length(0, coolDown.unauthorized().toNanos(), maxNanos), nowNanos));
            case MODEL_UNSERVED -> unserved(attempt, Part.Kind.MODEL, state.models, attempt.need.model(), nowNanos);
            case ROUTE_UNSERVED -> unserved(attempt, Part.Kind.ROUTE, state.routes, attempt.need.route(), nowNanos);
            case UPSTREAM, TRANSPORT, UNREACHABLE -> account(attempt, nowNanos, condition -> condition.failed(attempt.probe,
                    attempt.startedNanos, nowNanos, breaker.failures(),
                    new Length(0, breaker.open().toNanos(), breaker.max().toNanos())));
        }
    }

    private void rateLimited(Attempt attempt, long stated, long nowNanos) {
        healed(attempt, nowNanos);
        String model = attempt.need.model();
        Length length = new Length(stated, coolDown.first().toNanos(), stated > 0 ? maxNanos : coolDown.unknownMax().toNanos());
        UnaryOperator<Condition> rest = condition -> condition.rest(Trouble.RATE_LIMITED, length, nowNanos);
        if (model.isEmpty()) {
            account(attempt, nowNanos, rest);
        } else {
            change(attempt.member, new Part(Part.Kind.MODEL, model), attempt.member.state.models.record(model, nowNanos).condition,
                    nowNanos, rest);
        }
    }

    private void unserved(Attempt attempt, Part.Kind kind, PartStates parts, String name, long nowNanos) {
        healed(attempt, nowNanos);
        if (!name.isEmpty()) {
            Length length = new Length(coolDown.modelUnserved().toNanos(), 0, Long.MAX_VALUE - nowNanos);
            change(attempt.member, new Part(kind, name), parts.record(name, nowNanos).condition, nowNanos,
                    condition -> condition.rest(Trouble.UNSERVED, length, nowNanos));
        }
    }

    /** The attempt told nothing about the account; if it was a probe, the next request is one. */
    void ignored(AccountState state, boolean probe) {
        if (probe) {
            exchange(state.condition, condition -> condition.probing(false));
        }
    }

    /** An operator's cool-down. */
    void cool(Member member, long nowNanos) {
        long nanos = coolDown.unknownMax().toNanos();
        change(member, Part.ALL, member.state.condition, nowNanos, condition -> condition.rest(Trouble.COOLING,
                new Length(nanos, nanos, maxNanos), nowNanos));
    }

    /** A limit that was reached has its own rest, and says nothing bad about the account. */
    private static boolean blames(Kind kind) {
        return switch (kind) {
            case RATE_LIMITED, USAGE_LIMIT, QUOTA, MODEL_UNSERVED, ROUTE_UNSERVED -> false;
            case UNAUTHORIZED, FORBIDDEN, UPSTREAM, TRANSPORT, UNREACHABLE -> true;
        };
    }

    /** An account that answers a probe, with whatever, is there again. */
    private static Condition reached(Attempt attempt, Condition condition) {
        return attempt.probe && condition.trouble() == Trouble.BREAKER ? Condition.CLEAR : condition;
    }

    /** The account answered the probe, if only to refuse this request: the way to it and its key are fine. */
    private void healed(Attempt attempt, long nowNanos) {
        if (attempt.probe) {
            account(attempt, nowNanos, condition -> condition.succeeded(true, nowNanos));
        }
    }

    private void account(Attempt attempt, long nowNanos, UnaryOperator<Condition> transition) {
        change(attempt.member, Part.ALL, attempt.member.state.condition, nowNanos, transition);
    }

    private void change(Member member, Part part, AtomicReference<Condition> condition, long nowNanos,
            UnaryOperator<Condition> transition) {
        Condition old = exchange(condition, transition);
        if (old != Condition.CLEAR || condition.get() != Condition.CLEAR) {
            rests.changed(member.name, part, old, condition.get(), nowNanos);
        }
    }

    /** Gives the condition before. */
    private static Condition exchange(AtomicReference<Condition> condition, UnaryOperator<Condition> transition) {
        Condition old;
        Condition next;
        do {
            old = condition.get();
            next = transition.apply(old);
        } while (next != old && !condition.compareAndSet(old, next));
        return old;
    }
}
