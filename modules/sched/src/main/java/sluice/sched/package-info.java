/**
 * Chooses the account for each request. Start at {@link sluice.sched.Accounts}.
 *
 * <p>There is one {@code Accounts}. It takes slots, lets requests wait and books what became of them, and lets a
 * {@link sluice.api.SelectionPolicy} decide who is tried.
 *
 * <p>A request becomes a {@code Wish} (with what {@code Memory} knows of its session and response). {@code Slots} show the policy a
 * {@code View} of the {@code Fleet} and take a slot from its list as a {@code Lease}. Where there is none, a {@code Waiter} waits in
 * the {@code WaitingRoom}. Outcomes go to {@code Outcomes}, which keep the {@code FadingMean}s and {@code Condition}s of the
 * {@code AccountState}.
 *
 * <p>{@code LayeredPolicy} is the policy: the response's owner, the session's account at its {@code StickyPrice}, or the best of the
 * pool by {@code Lineup}, {@code TopK} and {@code WeightedDraw}.
 *
 * <p>It does not judge failures, edit bodies or talk to upstreams. All types are thread-safe unless they say otherwise; locks
 * exist only in the waiting room, for reloads, and for the first request with a model (see docs/locks.md).
 */
package sluice.sched;
