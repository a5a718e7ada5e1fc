package sluice.config;

import java.util.List;
import sluice.api.Account;

/**
 * The whole configuration, checked.
 *
 * @param accounts the upstream accounts
 */
public record Configuration(List<Account> accounts) {
    /** Copies the list. */
    public Configuration {
        accounts = List.copyOf(accounts);
    }
}
