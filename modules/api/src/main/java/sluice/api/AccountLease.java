package sluice.api;

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

    /** How the attempt went. Only the first call counts. */
    void report(AttemptOutcome outcome);

    /** Frees the slot and wakes who waits for it. An attempt without a report counts as ignored. */
    @Override
    void close();
}
