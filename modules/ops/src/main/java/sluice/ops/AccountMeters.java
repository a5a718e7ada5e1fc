package sluice.ops;

import io.helidon.metrics.api.Meter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.MetricsFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import sluice.api.AccountStatus;
import sluice.api.TurnPool;

/** A meter for each number of each account, read from one look at the gateway for each scrape. Thread-safe. */
final class AccountMeters {
    private final MetricsFactory factory;
    private final MeterRegistry registry;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, List<Meter>> meters = new HashMap<>();
    private volatile Map<String, Look> latest = Map.of();

    /** What one look at an account showed. */
    private record Look(AccountStatus status, TurnPool.Seats.Counts sockets) { }

    AccountMeters(MetricsFactory factory, MeterRegistry registry) {
        this.factory = factory;
        this.registry = registry;
    }

    /** Reads all accounts; those that are new get meters, those that have left lose theirs. */
    void refresh(GatewayView gateway) {
        lock.lock();
        try {
            Map<String, Look> read = new HashMap<>();
            gateway.scheduler().accounts().forEach(account -> read.put(account.name(), new Look(account,
                    gateway.webSocketPool(account.name()))));
            latest = Map.copyOf(read);
            meters.entrySet().removeIf(entry -> {
                if (!read.containsKey(entry.getKey())) {
                    entry.getValue().forEach(registry::remove);
                    return true;
                }
                return false;
            });
            read.keySet().forEach(name -> meters.computeIfAbsent(name, this::register));
        } finally {
            lock.unlock();
        }
    }

    private List<Meter> register(String name) {
        List<Meter> made = new ArrayList<>();
        made.add(gauge("sluice_account_in_flight", "Slots taken.", name, "", one -> one.slots().taken()));
        made.add(gauge("sluice_account_concurrency", "Slots in all.", name, "", one -> one.slots().all()));
        made.add(gauge("sluice_account_cooling_seconds", "How long the account, or a model of it, still rests.", name, "",
                account -> account.limits().coolingNanos() / 1e9));
        made.add(gauge("sluice_account_error_ewma", "Moving average of failures, 0 to 1.", name, "", one -> one.history().errorEwma()));
        made.add(gauge("sluice_account_first_output_ewma_seconds", "Moving average of the time to the first output; 0: unknown.",
                name, "", account -> account.history().ttftEwmaNanos() / 1e9));
        for (AccountStatus.State state : AccountStatus.State.values()) {
            made.add(gauge("sluice_account_state", "1 for the state the account is in.", name,
                    state.name().toLowerCase(Locale.ROOT), account -> account.state() == state ? 1 : 0));
        }
        registerSockets(name, made);
        return made;
    }

    private void registerSockets(String name, List<Meter> made) {
        made.add(level("sluice_websocket_seats", "Upstream WebSocket connections, those being opened included.", name,
                TurnPool.Seats.Counts::seats));
        made.add(level("sluice_websocket_busy", "Of the seats, those that serve a turn or are being opened.", name,
                TurnPool.Seats.Counts::busy));
        made.add(level("sluice_websocket_pinned", "Of the seats, those that are idle and kept by a client.", name,
                TurnPool.Seats.Counts::pinned));
        made.add(level("sluice_websocket_waiting", "Turns that wait for a seat.", name, TurnPool.Seats.Counts::waiting));
        made.add(count("sluice_websocket_dials_total", "Upstream WebSocket connections that were opened, or tried to be.", name,
                TurnPool.Seats.Counts::dials));
        made.add(count("sluice_websocket_reuses_total", "Turns on a connection that was open already.", name,
                TurnPool.Seats.Counts::reuses));
        made.add(count("sluice_websocket_waits_total", "Turns that had to wait for a seat.", name,
                TurnPool.Seats.Counts::waits));
        made.add(count("sluice_websocket_evictions_total", "Idle connections that were closed to make room for another.", name,
                TurnPool.Seats.Counts::evictions));
        made.add(count("sluice_websocket_retired_total", "Connections that were closed for their age.", name,
                TurnPool.Seats.Counts::retired));
    }

    private Meter level(String meter, String description, String name, ToDoubleFunction<TurnPool.Seats.Counts> read) {
        return registry.getOrCreate(factory.gaugeBuilder(meter, () -> {
            Look look = latest.get(name);
            return look == null ? 0 : read.applyAsDouble(look.sockets());
        }).description(description).addTag(factory.tagCreate("account", name)));
    }

    private Meter count(String meter, String description, String name, ToLongFunction<TurnPool.Seats.Counts> read) {
        return registry.getOrCreate(factory.functionalCounterBuilder(meter, name, account -> {
            Look look = latest.get(account);
            return look == null ? 0 : read.applyAsLong(look.sockets());
        }).description(description).addTag(factory.tagCreate("account", name)));
    }

    private Meter gauge(String meter, String description, String name, String state, ToDoubleFunction<AccountStatus> read) {
        var builder = factory.gaugeBuilder(meter, () -> value(name, read)).description(description)
                .addTag(factory.tagCreate("account", name));
        return registry.getOrCreate(state.isEmpty() ? builder : builder.addTag(factory.tagCreate("state", state)));
    }

    private double value(String name, ToDoubleFunction<AccountStatus> read) {
        Look look = latest.get(name);
        return look == null ? 0 : read.applyAsDouble(look.status());
    }
}
