package sluice.failures;

import sluice.api.GatewayError;

/**
 * What the client of a request is told that no account could serve.
 */
public sealed interface Told {
    /**
     * An error in the gateway's own words.
     *
     * @param error for the client
     * @param detail for the log
     */
    record InOwnWords(GatewayError error, String detail) implements Told { }

    /**
     * What the account said, as it is.
     *
     * @param failure the account's answer or event
     * @param wrapped the same in the gateway's shape, for where the account's bytes cannot be used: they are not JSON, there are
     *     none, or another head is out already
     * @param code for the log: the account's own code
     */
    record AsItIs(FailedAttempt failure, GatewayError wrapped, String code) implements Told { }

    /**
     * Nothing: the client has left.
     *
     * @param detail for the log
     */
    record Nothing(String detail) implements Told { }
}
