package sluice.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler;
import sluice.api.AttemptOutcome;
import sluice.api.TokenUsage;
import sluice.baseline.LockedFactory;
import sluice.baseline.SortingFactory;
import sluice.sched.LayeredFactory;

/** Optimisation 7: taking a slot of one of 20 accounts, reporting a success and giving it back, alone and with eight threads. */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class StatisticsBenchmark {
    private static final AttemptOutcome OUTCOME = new AttemptOutcome.Succeeded(500_000_000, TokenUsage.NONE, "", "");
    private static final int ACCOUNTS = 20;

    /** Which scheduler. */
    @Param({"locked", "layered"})
    public String scheduler;
    private AccountScheduler subject;

    /** Makes the scheduler. */
    @Setup
    public void setUp() {
        subject = scheduler.equals("locked")
                ? AccountPools.scheduler(new LockedFactory(), new SortingFactory(), ACCOUNTS)
                : AccountPools.scheduler(new LayeredFactory(), ACCOUNTS);
    }

    /** One thread. */
    @Benchmark
    @Threads(1)
    public void alone() {
        attempt();
    }

    /** Eight threads. */
    @Benchmark
    @Threads(8)
    public void eightThreads() {
        attempt();
    }

    private void attempt() {
        try (AccountLease lease = AccountPools.take(subject, AccountPools.request(System.nanoTime()))) {
            lease.report(OUTCOME);
        }
    }
}
