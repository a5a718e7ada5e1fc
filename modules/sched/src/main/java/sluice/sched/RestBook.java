package sluice.sched;

import java.util.function.LongSupplier;
import sluice.api.SharedState.Rest;
import sluice.api.SharedState.Rest.Part;
import sluice.api.SharedState.Rest.Why;
import sluice.api.SharedState.Rests;
import sluice.sched.Condition.Trouble;

/** Tells the shared state which rests begin and end, and takes in those that it knows. Thread-safe. */
final class RestBook {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Rests rests;
    private final long longestNanos;
    private final LongSupplier epochMillis;

    /** A book of {@code rests}, none of which lasts longer than {@code longestNanos}. */
    RestBook(Rests rests, long longestNanos, LongSupplier epochMillis) {
        this.rests = rests;
        this.longestNanos = longestNanos;
        this.epochMillis = epochMillis;
    }

    /** The condition of an account, or of a part of it, has changed. */
    void changed(String account, Part part, Condition old, Condition now, long nowNanos) {
        if (now.resting(nowNanos)) {
            if (now.trouble() != old.trouble() || !now.pause().equals(old.pause())) {
                rests.began(new Rest(account, part, why(now.trouble()), epochOf(now.untilNanos(), nowNanos),
                        now.pause().statedUntilNanos() == 0 ? 0 : epochOf(now.pause().statedUntilNanos(), nowNanos)));
            }
        } else if (old.resting(nowNanos)) {
            rests.ended(account, part);
        }
    }

    /** Nothing about this account is remembered any more. */
    void forget(String account) {
        for (Rest rest : rests.all()) {
            if (rest.account().equals(account)) {
                rests.ended(account, rest.part());
            }
        }
    }

    /**
     * Lets an account that is new here rest as long as it was told to elsewhere, or before a restart. Where the clock was set back since,
     * that would be as much longer; no rest is longer than the longest.
     */
    void restore(String account, AccountState state, long nowNanos) {
        for (Rest rest : rests.all()) {
            if (rest.account().equals(account)) {
                Condition condition = Condition.resting(trouble(rest.why()),
                        Math.min(nanosOf(rest.untilEpochMillis(), nowNanos), nowNanos + longestNanos),
                        rest.statedEpochMillis() == 0 ? 0 : nanosOf(rest.statedEpochMillis(), nowNanos), nowNanos);
                switch (rest.part().kind()) {
                    case ACCOUNT -> state.condition.set(condition);
                    case MODEL -> state.models.record(rest.part().name(), nowNanos).condition.set(condition);
                    case ROUTE -> state.routes.record(rest.part().name(), nowNanos).condition.set(condition);
                }
            }
        }
    }

    /** When a moment is by the wall clock. */
    long epochOf(long nanos, long nowNanos) {
        return epochMillis.getAsLong() + (nanos - nowNanos) / NANOS_PER_MILLI;
    }

    private long nanosOf(long epoch, long nowNanos) {
        return nowNanos + (epoch - epochMillis.getAsLong()) * NANOS_PER_MILLI;
    }

    private static Why why(Trouble trouble) {
        return switch (trouble) {
            case RATE_LIMITED -> Why.RATE_LIMIT;
            case USED_UP -> Why.USAGE_LIMIT;
            case BREAKER, REFUSED -> Why.BREAKER;
            case UNAUTHORIZED -> Why.UNAUTHORIZED;
            case UNSERVED -> Why.UNSERVED;
            case NONE, COOLING -> Why.COOLING;
        };
    }

    private static Trouble trouble(Why why) {
        return switch (why) {
            case RATE_LIMIT -> Trouble.RATE_LIMITED;
            case USAGE_LIMIT -> Trouble.USED_UP;
            case BREAKER -> Trouble.BREAKER;
            case UNAUTHORIZED -> Trouble.UNAUTHORIZED;
            case UNSERVED -> Trouble.UNSERVED;
            case COOLING -> Trouble.COOLING;
        };
    }
}
