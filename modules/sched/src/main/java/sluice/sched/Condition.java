package sluice.sched;

/**
 * What keeps an account, or a part of it, from being used, and the counts that lead there. Immutable: the transitions give the next
 * condition, and their callers exchange it by compare-and-set.
 *
 * @param trouble what is wrong
 * @param pause how long it is left alone
 * @param probing whether one request is finding out whether the trouble has passed
 * @param strikes failures that have not led to a rest yet
 */
record Condition(Trouble trouble, Pause pause, boolean probing, Strikes strikes) {
    /** What is wrong. */
    enum Trouble {
        NONE,
        /** Rests by an operator's hand, and is fine afterwards. */
        COOLING,
        /** Too much for a moment; fine afterwards. */
        RATE_LIMITED,
        /** What it may use is used up until it is renewed. */
        USED_UP,
        /** Failed too often in a row; rests, then one request tries. */
        BREAKER,
        /** Answered 403 too often in a row; as with {@code BREAKER}. */
        REFUSED,
        /** The key was refused; rests, then one request tries. */
        UNAUTHORIZED,
        /** The model or the route is not served here. */
        UNSERVED
    }

    /**
     * A rest.
     *
     * @param untilNanos when it ends
     * @param sinceNanos when the trouble began
     * @param guessedNanos the last length that the upstream did not name, which the next one doubles
     * @param statedUntilNanos when the upstream said that it ends, which may be later than a rest may last; 0 if it did not say
     */
    record Pause(long untilNanos, long sinceNanos, long guessedNanos, long statedUntilNanos) {
        static final Pause NONE = new Pause(0, 0, 0, 0);
    }

    /**
     * What counts in a row.
     *
     * @param failures failures
     * @param forbidden answers 403
     */
    record Strikes(int failures, int forbidden) {
        static final Strikes NONE = new Strikes(0, 0);
    }

    /**
     * How long to rest.
     *
     * @param statedNanos what the upstream asked for; 0 if it did not say
     * @param firstNanos the first guess where nothing is stated; the next one doubles it
     * @param capNanos no rest is longer
     */
    record Length(long statedNanos, long firstNanos, long capNanos) { }

    /** Nothing is wrong. */
    static final Condition CLEAR = new Condition(Trouble.NONE, Pause.NONE, false, Strikes.NONE);

    /** A rest that began elsewhere, or before a restart. */
    static Condition resting(Trouble trouble, long untilNanos, long statedUntilNanos, long nowNanos) {
        return new Condition(trouble, new Pause(untilNanos, nowNanos, 0, statedUntilNanos), false, Strikes.NONE);
    }

    long untilNanos() {
        return pause.untilNanos;
    }

    /** Whether it rests at {@code nowNanos}. */
    boolean resting(long nowNanos) {
        return trouble != Trouble.NONE && nowNanos < pause.untilNanos;
    }

    /** Whether one request has to show that the trouble has passed. */
    boolean needsProbe() {
        return trouble == Trouble.UNAUTHORIZED || isBreaker();
    }

    /** Whether it was opened by requests: some of them may be served, and one finds out, early if nobody else can serve it. */
    boolean isBreaker() {
        return trouble == Trouble.BREAKER || trouble == Trouble.REFUSED;
    }

    /** After a request that was sent at {@code startedNanos} went well. */
    Condition succeeded(boolean probe, long nowNanos) {
        if (probe || trouble == Trouble.NONE || !needsProbe() && !resting(nowNanos)) {
            return CLEAR;
        }
        // A request from before the trouble says nothing about now.
        return new Condition(trouble, pause, probing, Strikes.NONE);
    }

    /** One more failure in a row; the breaker opens at {@code limit}. */
    Condition failed(boolean probe, long startedNanos, long nowNanos, int limit, Length length) {
        if (probe && needsProbe()) {
            // A request that was let through before its time tells nothing new.
            return resting(nowNanos) ? probing(false) : rest(trouble, length, nowNanos);
        }
        if (isBreaker() && startedNanos <= pause.sinceNanos) {
            return this;
        }
        Condition counted = new Condition(trouble, pause, probing, new Strikes(strikes.failures + 1, strikes.forbidden));
        return counted.strikes.failures < limit ? counted : counted.rest(Trouble.BREAKER, length, nowNanos);
    }

    /**
     * One more 403 in a row; the breaker opens at {@code limit}. A probe that is refused shows that the account can be reached, and no
     * more.
     */
    Condition refused(boolean probe, int limit, Length length, long nowNanos) {
        if (probe && trouble == Trouble.REFUSED) {
            return resting(nowNanos) ? probing(false) : rest(trouble, length, nowNanos);
        }
        if (probe) {
            return succeeded(true, nowNanos).refused(false, limit, length, nowNanos);
        }
        Condition counted = new Condition(trouble, pause, probing, new Strikes(strikes.failures, strikes.forbidden + 1));
        return counted.strikes.forbidden < limit ? counted : counted.rest(Trouble.REFUSED, length, nowNanos);
    }

    /** Begins a rest, or makes it longer. What the upstream stated once holds until its time unless it states something else. */
    Condition rest(Trouble next, Length length, long nowNanos) {
        boolean same = next == trouble;
        if (same && resting(nowNanos) && length.statedNanos == 0 && !probing) {
            // Requests that were under way together fail together: one burst is one failure.
            return this;
        }
        long stated = length.statedNanos > 0 ? nowNanos + length.statedNanos
                : same && pause.statedUntilNanos > nowNanos ? pause.statedUntilNanos : 0;
        long guess = same && pause.guessedNanos > 0 ? 2 * pause.guessedNanos : length.firstNanos;
        long nanos = Math.min(stated > 0 ? stated - nowNanos : guess, length.capNanos);
        long until = nowNanos + nanos;
        if (resting(nowNanos) && pause.untilNanos > until) {
            return probing ? probing(false) : this;
        }
        long remembered = stated > 0 ? same ? pause.guessedNanos : 0 : nanos;
        return new Condition(next, new Pause(until, nowNanos, remembered, stated), false, Strikes.NONE);
    }

    /** With or without a request that finds out. */
    Condition probing(boolean now) {
        return new Condition(trouble, pause, now, strikes);
    }
}
