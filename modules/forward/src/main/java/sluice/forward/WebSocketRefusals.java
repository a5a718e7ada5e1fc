package sluice.forward;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.UpstreamResult;

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

    /** Whether {@code account} turned out to have none; that is remembered. */
    public boolean note(Account account, UpstreamResult result) {
        boolean none = result instanceof UpstreamResult.Unreachable unreached && unreached.kind() == UpstreamResult.Kind.NO_WEBSOCKET;
        if (none) {
            sinceNanos.put(account.name(), clock.getAsLong());
        }
        return none;
    }

    /** Whether the account refused one within {@code span}. */
    public boolean within(Duration span, Account account) {
        Long since = sinceNanos.get(account.name());
        return since != null && clock.getAsLong() - since < span.toNanos();
    }
}
