package sluice.api;

import java.util.List;

/**
 * A slot of an account, held for one attempt. {@link #report} is called once before {@link #close}; closing again does
 * nothing. Thread-safe.
 */
public interface AccountLease extends AutoCloseable {
    /** The account. */
    Account account();

    /** The model's name at this account; empty where the request names none. */
    String upstreamModel();

    /** Whether encrypted reasoning must be stripped, because it belongs to another organisation. */
    boolean stripEncryptedReasoning();

    /** Why this account. */
    Decision decision();

    /**
     * The client gets this account's answer from now on: the response and the conversation live here, and so does a session that
     * lives nowhere yet, for its next request may come before this one is reported. May be called again when more is known.
     *
     * @param responseId empty if it is not known
     * @param conversationId empty if it is not known
     */
    void began(String responseId, String conversationId);

    /** The account has answered with these headers: they may tell what it may still use. */
    default void answered(Headers headers) {
        // Nothing to remember.
    }

    /** The account has told what it may still use, in the middle of an answer. */
    default void limited(List<AccountStatus.Quota> quotas) {
        // Nothing to remember.
    }

    /** How the attempt went. Only the first call counts. */
    void report(AttemptOutcome outcome);

    /** Frees the slot and wakes who waits for it. An attempt without a report counts as ignored. */
    @Override
    void close();
}
