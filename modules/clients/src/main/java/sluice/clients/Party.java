package sluice.clients;

import sluice.config.Quota;

/**
 * One of those whose limits hold for a request: its client, or the team of its client.
 *
 * @param allowance what it uses
 * @param quota what it may use
 */
public record Party(Allowance allowance, Quota quota) {
    /** What an error message calls it. */
    String words() {
        return switch (allowance.kind()) {
            case CLIENT -> "This key";
            case TEAM -> "The team of this key";
            case ACCOUNT -> "The account";
            case MODEL -> "The model";
        };
    }
}
