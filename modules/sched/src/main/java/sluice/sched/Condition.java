package sluice.sched;

/**
 * What keeps an account, or one model of an account, from being used, and the counts that lead there. Immutable: the
 * transitions give the next condition, and their callers exchange it by compare-and-set.
 *
 * @param trouble what is wrong
 * @param untilNanos when the rest ends
 * @param sinceNanos when the trouble began
 * @param restNanos the last rest that the upstream did not name, which the next one doubles
 * @param probing whether one request is finding out whether the trouble has passed
 * @param failures failures in a row
 * @param forbidden answers 403 in a row
 */
record Condition(Trouble trouble, long untilNanos, long sinceNanos, long restNanos, boolean probing, int failures,
        int forbidden) {
    /** What is wrong. */
    enum Trouble {
        NONE,
        /** Rests, and is fine afterwards. */
        COOLING,
        /** Failed too often in a row; rests, then one request tries. */
        BREAKER,
        /** The key was refused; rests, then one request tries. */
        UNAUTHORIZED,
        /** The model is not served here. */
        UNSERVED
    }

    /** Nothing is wrong. */
    static final Condition CLEAR = new Condition(Trouble.NONE, 0, 0, 0, false, 0, 0);

    /** Whether it rests at {@code nowNanos}. */
    boolean resting(long nowNanos) {
        return trouble != Trouble.NONE && nowNanos < untilNanos;
    }

    /** Whether one request has to show that the trouble has passed. */
    boolean needsProbe() {
        return trouble == Trouble.BREAKER || trouble == Trouble.UNAUTHORIZED;
    }

    /** After a request that was sent at {@code startedNanos} went well. */
    Condition succeeded(boolean probe, long nowNanos) {
        if (probe || trouble == Trouble.NONE || !needsProbe() && !resting(nowNanos)) {
            return CLEAR;
        }
        // A request from before the trouble says nothing about now.
        return new Condition(trouble, untilNanos, sinceNanos, restNanos, probing, 0, 0);
    }

    /** One more failure in a row; the breaker opens at {@code limit}. */
    Condition failed(boolean probe, long startedNanos, long nowNanos, int limit, long firstNanos, long capNanos) {
        if (probe) {
            return rest(trouble, 0, firstNanos, capNanos, nowNanos);
        }
        if (trouble == Trouble.BREAKER && startedNanos <= sinceNanos) {
            return this;
        }
        Condition counted = new Condition(trouble, untilNanos, sinceNanos, restNanos, probing, failures + 1, forbidden);
        return counted.failures < limit ? counted : counted.rest(Trouble.BREAKER, 0, firstNanos, capNanos, nowNanos);
    }

    /** One more 403 in a row; at {@code limit} it cools down. */
    Condition refused(int limit, long firstNanos, long capNanos, long nowNanos) {
        Condition counted = new Condition(trouble, untilNanos, sinceNanos, restNanos, probing, failures, forbidden + 1);
        return counted.forbidden < limit ? counted : counted.rest(Trouble.COOLING, 0, firstNanos, capNanos, nowNanos);
    }

    /**
     * Begins a rest.
     *
     * @param givenNanos what the upstream asked for; 0 if it did not say: then {@code firstNanos}, doubling up to the cap
     */
    Condition rest(Trouble next, long givenNanos, long firstNanos, long capNanos, long nowNanos) {
        boolean same = next == trouble;
        if (same && resting(nowNanos) && givenNanos == 0 && !probing) {
            // Requests that were under way together fail together: one burst is one failure.
            return this;
        }
        long nanos = givenNanos > 0 ? Math.min(givenNanos, capNanos)
                : same && restNanos > 0 ? Math.min(2 * restNanos, capNanos) : Math.min(firstNanos, capNanos);
        long until = nowNanos + nanos;
        if (resting(nowNanos) && untilNanos > until) {
            return this;
        }
        return new Condition(next, until, nowNanos, givenNanos > 0 ? same ? restNanos : 0 : nanos, false, 0, 0);
    }

    /** With or without a request that finds out. */
    Condition probing(boolean now) {
        return new Condition(trouble, untilNanos, sinceNanos, restNanos, now, failures, forbidden);
    }
}
