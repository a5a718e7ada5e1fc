package sluice.baseline;

import java.util.List;
import sluice.api.Account;

/** Where the accounts are that a request chooses from. Thread-safe. */
interface AccountList extends AutoCloseable {
    /** Replaces all accounts. */
    void replace(List<Account> accounts);

    /** All accounts; asked for by every request. */
    List<Account> read();

    @Override
    void close();

    /** Accounts behind one reference: reading them is reading that. */
    final class Snapshot implements AccountList {
        private volatile List<Account> accounts = List.of();

        @Override
        public void replace(List<Account> replacement) {
            accounts = List.copyOf(replacement);
        }

        @Override
        public List<Account> read() {
            return accounts;
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
