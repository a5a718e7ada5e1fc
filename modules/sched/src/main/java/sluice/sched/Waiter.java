package sluice.sched;

import java.util.Optional;
import sluice.api.AccountScheduler.Selection;

/** A request that found no slot at once. Guarded by the waiting room's lock, apart from {@link #answer}. */
final class Waiter {
    /** Called once, when the answer is there. Must not block: it runs under the waiting room's lock. */
    private final Runnable notice;
    private volatile Selection answer;
    Wish wish;
    /** Until when it waits for its session's account only; {@link Long#MIN_VALUE} if that was not asked yet. */
    long patientUntilNanos = Long.MIN_VALUE;
    /** Whether, at the last look, it waited for that account alone. */
    boolean patient;
    /** When something changes without anybody telling: a rest ends, patience or the wait is over. */
    private volatile long wakeNanos;
    /** The only account that can serve it, whose queue it lengthens while it waits; empty if any can. */
    Optional<AccountState> bound = Optional.empty();

    /** Whether {@link #bound} counts it. */
    boolean queued;

    Waiter(Wish wish, Runnable notice) {
        this.wish = wish;
        this.notice = notice;
        this.wakeNanos = wish.deadlineNanos();
    }

    boolean answered() {
        return answer != null;
    }

    /** What became of it; only once it is {@link #answered}. */
    Selection answer() {
        return answer;
    }

    void answer(Selection selection) {
        answer = selection;
        notice.run();
    }

    long wakeNanos() {
        return wakeNanos;
    }

    void wakeAt(long nanos) {
        wakeNanos = nanos;
    }
}
