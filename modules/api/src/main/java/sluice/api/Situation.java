package sluice.api;

import java.util.List;

/**
 * All that a {@link SelectionPolicy} may look at: one request, what is remembered about it, and every account as it is now. Accounts
 * have positions from 0, lowest tier first. Nothing can be changed through it, and it is valid during the call only. Confined to
 * one thread.
 */
public interface Situation {
    /** The request. */
    SelectionRequest request();

    /** Where its session lives; {@link Binding#NONE} without one. */
    Binding binding();

    /** Position of the account where the session lives; -1 if it lives nowhere, or the account is gone. */
    int home();

    /** Position of the only account that can serve the request, because it holds what the request refers to; -1: any may. */
    int owner();

    /** Whether the session leaves the organisation that can read its reasoning, and leaves it for good. */
    boolean leavesOrganization();

    /** Whether the request may still wait for its session's account alone. */
    boolean patient();

    /** A reading of the scheduler's monotonic clock. */
    long nowNanos();

    /** All accounts, lowest tier first; the same list until the configuration changes. */
    List<Account> accounts();

    /** Whether the account can serve the request now: it is well, serves the model, has a slot, and was not tried. */
    boolean fits(int position);

    /** Why it cannot; only where it does not {@linkplain #fits fit}. */
    Decision.FilterReason reason(int position);

    /** When the account's rest for this request ends; 0 if it does not rest, or if a probe decides. */
    long restEndsNanos(int position);

    /** Slots taken. */
    int inFlight(int position);

    /** Requests that wait for this account alone. */
    int waiting(int position);

    /** Share of its attempts that failed, lately, 0..1; fades to 0 while nothing happens. */
    double errors(int position);

    /** Mean time to the first output, for the model if that is known; 0 if unknown. */
    double ttftNanos(int position);

    /** How much {@link #ttftNanos} can be relied on: 1 just after a sample, 0 when it is forgotten. */
    double ttftCertainty(int position);

    /** Mean time for which a slot is held; 0 if unknown. */
    double heldNanos(int position);

    /**
     * How much more of the account's quota is left than of the time until it is renewed: 1 if all of it is left and the renewal is due,
     * -1 the other way round, 0 if it is used evenly or if nothing is known.
     */
    double quotaSurplus(int position);

    /** Whether so little of the account's quota is left that it is kept for the sessions that live there. */
    boolean quotaLow(int position);

    /** A hash of the account's name: the same in every process. */
    long nameHash(int position);
}
