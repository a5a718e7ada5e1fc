package sluice.config;

import java.time.Duration;
import sluice.api.RelayOptions;

/**
 * When another account is tried: the keys below {@code failover:}, apart from cool-downs and breaker, which belong to the
 * scheduler.
 *
 * @param maxAttempts most accounts called for one request, 1..100
 * @param deadline how long after the first attempt began a further one may start
 * @param commit when the first byte goes to the client
 * @param holdBytes with {@code FIRST_OUTPUT}: most bytes held back
 * @param hold with {@code FIRST_OUTPUT}: longest time that they are held back
 * @param resendAfterSend whether a request that may have been executed is sent again
 * @param encryptedContent what to do where encrypted reasoning would have to leave its organisation
 * @param staleReset a reset of a reused connection this soon after sending is the connection's fault, not the account's
 */
public record FailoverSettings(int maxAttempts, Duration deadline, RelayOptions.Commit commit, int holdBytes, Duration hold,
        ResendAfterSend resendAfterSend, EncryptedContent encryptedContent, Duration staleReset) {
    /** Whether a request that may have been executed is sent again. */
    public enum ResendAfterSend {
        /** Only if nothing is stored. */
        AUTO,
        ALWAYS,
        NEVER
    }

    /** What to do where encrypted reasoning would have to leave its organisation. */
    public enum EncryptedContent {
        /** Send the request without it. */
        STRIP,
        /** Answer with an error. */
        FAIL
    }
}
