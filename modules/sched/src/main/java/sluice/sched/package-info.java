/**
 * Chooses the account for each request. Start at {@link sluice.sched.LayeredScheduler}.
 *
 * <p>A request becomes a {@code Wish} (with what {@code Memory} knows of its session and response). {@code Layers} decide:
 * the response's owner, the session's account at its price, or the best of the {@code Fleet} by {@code Lineup} and {@code TopK}.
 * The slot that is taken is a {@code Lease}; its outcome goes to {@code Outcomes}, which keep the {@code FadingMean}s and
 * {@code Condition}s of the {@code AccountState}. Where there is no slot, a {@code Claim} waits in the {@code WaitingRoom}.
 *
 * <p>It does not judge failures, edit bodies or talk to upstreams. All types are thread-safe unless they say otherwise; locks
 * exist only in the waiting room, for reloads, and for the first request with a model (see docs/locks.md).
 */
package sluice.sched;
