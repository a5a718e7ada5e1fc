package sluice.api;

import java.time.Duration;
import java.util.List;

/**
 * The accounts of the process: their slots, rests, statistics, and who waits for them. There is one, whatever policies decide, so that
 * nobody can take an account's slots twice. Thread-safe.
 */
public interface AccountScheduler extends AutoCloseable {
    /** Service: makes schedulers. */
    interface Factory extends Named {
        /** A scheduler without accounts; {@link #apply} brings them. */
        AccountScheduler create(SchedulerSettings settings, SelectionPolicy policy, StateStore state);
    }

    /** Replaces the accounts. Statistics stay with the names that stay; leases that are out stay valid. */
    void apply(List<Account> accounts);

    /**
     * Chooses an account and takes a slot of it, waiting at most {@link SelectionRequest#waitNanos}.
     *
     * @throws InterruptedException if the waiting thread is interrupted; no slot is taken then
     */
    Selection select(SelectionRequest request) throws InterruptedException;

    /** What {@link #select} would do now, in full, without taking a slot or waiting. */
    Decision explain(SelectionRequest request);

    /** How long until an account can be had for such a request; zero if one can be had now, or if that is not known. */
    Duration retryAfter(SelectionRequest request);

    /** The account of a stored response or conversation, if this client made it and it is remembered; else empty. */
    String ownerOf(String client, String responseId);

    /**
     * Whether a response or conversation is remembered as made by another client than {@code client}: for this client it does
     * not exist. False if nobody is remembered.
     */
    boolean isForeign(String client, String responseId);

    /** Remembers that a client's response lives in an account. */
    void own(String client, String responseId, String account);

    /** The state of every account, in the order of the configuration. */
    List<AccountStatus> accounts();

    /** The last decisions, newest first, at most {@code limit}. */
    List<Decision> recentDecisions(int limit);

    /** An operator's hand on one account; false if there is no such account. */
    boolean control(String account, Control control);

    /** What an operator can do with an account. */
    enum Control { ENABLE, DISABLE, COOL, RESET }

    /** Wakes all who wait, with {@link Selection.Unavailable}. */
    @Override
    void close();
}
