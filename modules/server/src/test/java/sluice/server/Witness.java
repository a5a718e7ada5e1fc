package sluice.server;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import sluice.api.Account;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler;
import sluice.api.AccountScheduler.Selection;
import sluice.api.AccountStatus;
import sluice.api.AttemptOutcome;
import sluice.api.Decision;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionPolicy;
import sluice.api.SelectionRequest;
import sluice.api.SharedState;
import sluice.api.UsageRecord;
import sluice.api.UsageSink;

/** Stands between a gateway and its scheduler and usage sink, and counts what goes through. Thread-safe. */
final class Witness {
    private final Map<String, Integer> out = new HashMap<>();
    private final Map<String, Integer> most = new HashMap<>();
    private final List<String> faults = new ArrayList<>();
    private final List<UsageRecord> records = new ArrayList<>();
    private int leases;
    private int closed;

    /** The same providers, watched. */
    Providers watch(Providers real) {
        AccountScheduler.Factory scheduler = new AccountScheduler.Factory() {
            @Override
            public String name() {
                return real.scheduler().name();
            }

            @Override
            public AccountScheduler create(SchedulerSettings settings, SelectionPolicy policy, SharedState state) {
                return new Watched(real.scheduler().create(settings, policy, state));
            }
        };
        UsageSink.Factory usage = new UsageSink.Factory() {
            @Override
            public String name() {
                return real.usage().name();
            }

            @Override
            public UsageSink create(Map<String, String> settings) {
                return new Counted(real.usage().create(settings));
            }

            @Override
            public long read(Map<String, String> settings, long fromEpochMillis, long untilEpochMillis, Consumer<UsageRecord> reader)
                    throws IOException {
                return real.usage().read(settings, fromEpochMillis, untilEpochMillis, reader);
            }
        };
        return new Providers(real.scanner(), real.collector(), real.events(), real.answers(), real.streams(),
                scheduler, real.policy(), real.upstream(), real.turnPool(), real.seats(), real.state(), usage, real.decoders());
    }

    /** Leases that were given out. */
    synchronized int leases() {
        return leases;
    }

    /** The most that were out at once of one account. */
    synchronized Map<String, Integer> most() {
        return Map.copyOf(most);
    }

    /** Whatever was done twice, or not at all. */
    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    synchronized List<UsageRecord> records() {
        return List.copyOf(records);
    }

    /** Waits until so many requests have been recorded and every lease is back. */
    synchronized void awaitEnd(int requests) throws InterruptedException {
        while (records.size() < requests || closed < leases) {
            wait();
        }
    }

    private synchronized void taken(String account) {
        leases++;
        most.merge(account, out.merge(account, 1, Integer::sum), Math::max);
    }

    private synchronized void closed(String account, int reports) {
        closed++;
        out.merge(account, -1, Integer::sum);
        if (reports != 1) {
            faults.add("a lease of " + account + " was closed after " + reports + " reports");
        }
        notifyAll();
    }

    private synchronized void fault(String what) {
        faults.add(what);
    }

    private synchronized void recorded(UsageRecord record) {
        records.add(record);
        notifyAll();
    }

    private final class Counted implements UsageSink {
        private final UsageSink real;

        private Counted(UsageSink real) {
            this.real = real;
        }

        @Override
        public void record(UsageRecord record) {
            real.record(record);
            recorded(record);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private final class WatchedLease implements AccountLease {
        private final AccountLease real;
        private final AtomicInteger reports = new AtomicInteger();
        private final AtomicInteger closes = new AtomicInteger();

        private WatchedLease(AccountLease real) {
            this.real = real;
            taken(real.account().name());
        }

        @Override
        public Account account() {
            return real.account();
        }

        @Override
        public String upstreamModel() {
            return real.upstreamModel();
        }

        @Override
        public boolean stripEncryptedReasoning() {
            return real.stripEncryptedReasoning();
        }

        @Override
        public Decision decision() {
            return real.decision();
        }

        @Override
        public void began(String responseId, String conversationId) {
            real.began(responseId, conversationId);
        }

        @Override
        public void report(AttemptOutcome outcome) {
            reports.incrementAndGet();
            real.report(outcome);
        }

        @Override
        public void close() {
            if (closes.incrementAndGet() == 1) {
                // Counted before the slot can be taken again.
                closed(account().name(), reports.get());
            } else {
                fault("a lease of " + account().name() + " was closed again");
            }
            real.close();
        }
    }

    private final class Watched implements AccountScheduler {
        private final AccountScheduler real;

        private Watched(AccountScheduler real) {
            this.real = real;
        }

        @Override
        public void apply(List<Account> accounts) {
            real.apply(accounts);
        }

        @Override
        public Selection select(SelectionRequest request) throws InterruptedException {
            return switch (real.select(request)) {
                case Selection.Selected(AccountLease lease) -> new Selection.Selected(new WatchedLease(lease));
                case Selection.Unavailable unavailable -> unavailable;
            };
        }

        @Override
        public Decision explain(SelectionRequest request) {
            return real.explain(request);
        }

        @Override
        public Duration retryAfter(SelectionRequest request) {
            return real.retryAfter(request);
        }

        @Override
        public List<AccountStatus> accounts() {
            return real.accounts();
        }

        @Override
        public List<Decision> recentDecisions(int limit) {
            return real.recentDecisions(limit);
        }

        @Override
        public void limited(String account, List<AccountStatus.Quota> quotas) {
            real.limited(account, quotas);
        }

        @Override
        public boolean control(String account, Control control) {
            return real.control(account, control);
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
