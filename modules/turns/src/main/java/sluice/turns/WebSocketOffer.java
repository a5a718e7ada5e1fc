package sluice.turns;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import sluice.api.Account;
import sluice.api.NamePattern;
import sluice.config.ClientPolicy;
import sluice.forward.WebSocketRefusals;

/**
 * Who can be served by WebSocket: clients with an account that offers it, and not those sessions whose model had
 * none. Made for one configuration. Thread-safe; a lock guards the sessions.
 */
final class WebSocketOffer {
    /** More sessions than are told to use HTTP within any {@code websocket.unavailable}; the oldest is forgotten. */
    private static final int MAX_SESSIONS = 10_000;

    private final List<Account> accounts;
    private final WebSocketRefusals refusals;
    private final Duration unavailable;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Long> sessions = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
            return size() > MAX_SESSIONS;
        }
    };

    /**
     * An offer.
     *
     * @param unavailable how long a session, or an account, is known to go without WebSocket
     */
    WebSocketOffer(List<Account> accounts, WebSocketRefusals refusals, Duration unavailable, LongSupplier clock) {
        this.accounts = List.copyOf(accounts);
        this.refusals = refusals;
        this.unavailable = unavailable;
        this.clock = clock;
    }

    /** Whether a client may open a connection; {@code sessionKey} is 0 without a session. */
    boolean isOpenTo(ClientPolicy policy, long sessionKey) {
        return !isTurnedAway(sessionKey) && accounts.stream().anyMatch(account -> offers(account) && fits(policy, account));
    }

    /** Whether some account serves {@code model} by WebSocket. */
    boolean servesByWebSocket(String model) {
        return accounts.stream().anyMatch(account -> offers(account)
                && (model.isEmpty() || account.upstreamModel(model).isPresent()));
    }

    /** Whether some account serves {@code model} by HTTP only. */
    boolean servesByHttpOnly(String model) {
        return accounts.stream().anyMatch(account -> !offers(account)
                && (model.isEmpty() || account.upstreamModel(model).isPresent()));
    }

    /** For a while, the session is told to use HTTP. */
    void turnAway(long sessionKey) {
        if (sessionKey != 0) {
            lock.lock();
            try {
                sessions.put(sessionKey, clock.getAsLong());
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean isTurnedAway(long sessionKey) {
        if (sessionKey == 0) {
            return false;
        }
        lock.lock();
        try {
            Long since = sessions.get(sessionKey);
            return since != null && clock.getAsLong() - since < unavailable.toNanos();
        } finally {
            lock.unlock();
        }
    }

    private boolean offers(Account account) {
        return account.offer().webSocket() != Account.WebSocketUse.OFF && !refusals.within(unavailable, account);
    }

    /** Whether the account serves any model that the client may use. */
    private static boolean fits(ClientPolicy policy, Account account) {
        return account.offer().models().isEmpty() || policy.models().isEmpty()
                || account.offer().models().stream().anyMatch(rule -> policy.models().stream().anyMatch(pattern ->
                        new NamePattern(rule.from()).meets(new NamePattern(pattern))));
    }
}
