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
import sluice.api.AccountScheduler;
import sluice.api.AccountStatus;

/** A gauge for each number of each account, read from one look at the scheduler for each scrape. Thread-safe. */
final class AccountMeters {
    private final MetricsFactory factory;
    private final MeterRegistry registry;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, List<Meter>> meters = new HashMap<>();
    private volatile Map<String, AccountStatus> latest = Map.of();

    AccountMeters(MetricsFactory factory, MeterRegistry registry) {
        this.factory = factory;
        this.registry = registry;
    }

    /** Reads all accounts; those that are new get meters, those that have left lose theirs. */
    void refresh(AccountScheduler scheduler) {
        lock.lock();
        try {
            Map<String, AccountStatus> read = new HashMap<>();
            scheduler.accounts().forEach(account -> read.put(account.name(), account));
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
        made.add(gauge("sluice_account_in_flight", "Slots taken.", name, "", AccountStatus::inFlight));
        made.add(gauge("sluice_account_concurrency", "Slots in all.", name, "", AccountStatus::concurrency));
        made.add(gauge("sluice_account_cooling_seconds", "How long the account still rests.", name, "",
                account -> account.coolingNanos() / 1e9));
        made.add(gauge("sluice_account_error_ewma", "Moving average of failures, 0 to 1.", name, "", AccountStatus::errorEwma));
        made.add(gauge("sluice_account_first_output_ewma_seconds", "Moving average of the time to the first output; 0: unknown.",
                name, "", account -> account.ttftEwmaNanos() / 1e9));
        for (AccountStatus.State state : AccountStatus.State.values()) {
            made.add(gauge("sluice_account_state", "1 for the state the account is in.", name,
                    state.name().toLowerCase(Locale.ROOT), account -> account.state() == state ? 1 : 0));
        }
        return made;
    }

    private Meter gauge(String meter, String description, String name, String state, ToDoubleFunction<AccountStatus> read) {
        var builder = factory.gaugeBuilder(meter, () -> value(name, read)).description(description)
                .addTag(factory.tagCreate("account", name));
        return registry.getOrCreate(state.isEmpty() ? builder : builder.addTag(factory.tagCreate("state", state)));
    }

    private double value(String name, ToDoubleFunction<AccountStatus> read) {
        AccountStatus account = latest.get(name);
        return account == null ? 0 : read.applyAsDouble(account);
    }
}
