package sluice.simulator;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import sluice.net.CoarseSweeper;

/** What all connections of a simulated upstream share: its accounts, what it received and billed, and what goes wrong. Thread-safe. */
final class Simulation implements AutoCloseable {
    private final SimulatorSettings settings;
    private final RequestLog log;
    private final Bill bill = new Bill();
    private final FaultPlan plan;
    private final Ids ids = new Ids(new SecureRandom().nextLong());
    private final Routes routes;
    private final CoarseSweeper sweeper = new CoarseSweeper(System::nanoTime);
    private final ConcurrentMap<String, SimulatedAccount> accounts = new ConcurrentHashMap<>();
    private final AtomicInteger active = new AtomicInteger();

    Simulation(SimulatorSettings settings, Consumer<ReceivedRequest> onEnd) {
        this.settings = settings;
        log = new RequestLog(onEnd);
        plan = new FaultPlan(settings.base());
        routes = new Routes(settings, ids);
    }

    RequestLog log() {
        return log;
    }

    Bill bill() {
        return bill;
    }

    /** Requests and turns that have arrived and not ended. */
    int active() {
        return active.get();
    }

    SimulatorSettings settings() {
        return settings;
    }

    FaultPlan plan() {
        return plan;
    }

    Routes routes() {
        return routes;
    }

    Ids ids() {
        return ids;
    }

    CoarseSweeper sweeper() {
        return sweeper;
    }

    /** The account of a key; {@code org} in the key counts where the settings name no organisation. */
    SimulatedAccount account(String key) {
        return accounts.computeIfAbsent(key, k -> new SimulatedAccount(organization(k)));
    }

    void began(ReceivedRequest request) {
        active.incrementAndGet();
        account(request.accountKey()).enter();
        log.add(request);
    }

    void ended(ReceivedRequest request, ReceivedRequest.Ending how) {
        if (request.claimEnd()) {
            active.decrementAndGet();
            account(request.accountKey()).leave();
            log.ended(request, how);
        }
    }

    private String organization(String key) {
        String named = settings.organizations().get(key);
        if (named != null) {
            return named;
        }
        try {
            return Fault.ofKey(key).text(FaultOption.ORG).orElse("org-" + Integer.toHexString(key.hashCode()));
        } catch (IllegalArgumentException e) {
            return "org-unknown";
        }
    }

    /** Waits for so many round trips of the simulated distance. */
    void travel(int roundTrips) throws IOException {
        if (settings.distance().isZero()) {
            return;
        }
        try {
            Thread.sleep(settings.distance().multipliedBy(roundTrips));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        sweeper.close();
    }
}
