package sluice.sched;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import sluice.api.Account;
import sluice.api.NamePattern;

/** An account in a {@link Fleet}: its configuration, prepared for the hot path, and its state. Thread-safe. */
final class Member {
    final Account account;
    final String name;
    final AccountState state;
    /** From the name, not the position, so that the order in a file does not move sessions. */
    final long hash;
    final int tier;
    final int concurrency;
    final boolean webSocket;
    private final Set<String> exactModels = new HashSet<>();
    private final List<NamePattern> wildModels = new ArrayList<>();

    Member(Account account, AccountState state) {
        this.account = account;
        this.name = account.name();
        this.state = state;
        this.hash = NameHash.of(account.name());
        this.tier = account.rank().tier();
        this.concurrency = account.rank().concurrency();
        this.webSocket = account.offer().webSocket() != Account.WebSocketUse.OFF;
        for (Account.ModelRule rule : account.offer().models()) {
            if (rule.isWildcard()) {
                wildModels.add(rule.pattern());
            } else {
                exactModels.add(rule.from());
            }
        }
    }

    /** Whether there is a slot for a client now: one that is free, and not of those that it leaves to others. */
    boolean hasRoomFor(String client, long nowNanos) {
        int taken = state.inFlight();
        if (taken >= concurrency) {
            state.holders.asks(client, nowNanos);
            return false;
        }
        return taken < Holders.shared(concurrency) || state.holders.mayTake(client, concurrency, nowNanos);
    }

    /** Takes a slot for a client; false if there is none for it. */
    boolean tryTake(String client, long nowNanos) {
        if (!state.holders.tryTake(client, concurrency, nowNanos)) {
            return false;
        }
        boolean taken = state.tryTake(concurrency);
        if (!taken) {
            state.holders.giveBack(client);
        }
        return taken;
    }

    /** As {@link Account#upstreamModel}, without an allocation. A request that names no model is served by all. */
    boolean serves(String model) {
        if (account.offer().models().isEmpty() || model.isEmpty() || exactModels.contains(model)) {
            return true;
        }
        for (NamePattern models : wildModels) {
            if (models.fits(model)) {
                return true;
            }
        }
        return false;
    }

    /** The model's name at the account; empty where the request names none. */
    String upstreamModel(String model) {
        return model.isEmpty() ? "" : account.upstreamModel(model).orElse(model);
    }
}
