package sluice.forward;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import sluice.api.Account;

/**
 * Accounts that turned out to have no WebSocket, whatever the configuration says: for a while they are not asked again. Holds
 * at most as many entries as there were ever accounts. Thread-safe.
 */
public final class WebSocketRefusals {
    private final Map<String, Long> sinceNanos = new ConcurrentHashMap<>();
    private final LongSupplier clock;

    public WebSocketRefusals(LongSupplier clock) {
        this.clock = clock;
    }

    /** The account has just refused one. */
    public void note(Account account) {
        sinceNanos.put(account.name(), clock.getAsLong());
    }

    /** Whether the account refused one within {@code span}. */
    public boolean within(Duration span, Account account) {
        Long since = sinceNanos.get(account.name());
        return since != null && clock.getAsLong() - since < span.toNanos();
    }
}
