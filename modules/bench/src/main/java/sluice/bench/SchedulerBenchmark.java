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
import org.openjdk.jmh.annotations.Warmup;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler;
import sluice.api.SelectionRequest;
import sluice.baseline.SortingFactory;
import sluice.sched.LayeredFactory;

/** Optimisation 6: one selection without a session, and its slot given back. */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SchedulerBenchmark {
    private static final int REQUESTS = 64;

    /** Accounts in the pool. */
    @Param({"5", "20", "100", "1000", "10000"})
    public int accounts;
    /** Which scheduler. */
    @Param({"sorting", "layered"})
    public String scheduler;

    private AccountScheduler subject;
    private final SelectionRequest[] requests = new SelectionRequest[REQUESTS];
    private int next;

    /** Also checks that both choose the same. */
    @Setup
    public void setUp() {
        AccountScheduler sorting = AccountPools.scheduler(new SortingFactory(), accounts);
        AccountScheduler layered = AccountPools.scheduler(new LayeredFactory(), accounts);
        for (int i = 0; i < REQUESTS; i++) {
            requests[i] = AccountPools.request(i);
            if (!sorting.explain(requests[i]).account().equals(layered.explain(requests[i]).account())) {
                throw new IllegalStateException("the schedulers disagree on request " + i);
            }
        }
        subject = scheduler.equals("sorting") ? sorting : layered;
    }

    /** Select and close. */
    @Benchmark
    public AccountLease select() {
        AccountLease lease = AccountPools.take(subject, requests[next++ & REQUESTS - 1]);
        lease.close();
        return lease;
    }
}
