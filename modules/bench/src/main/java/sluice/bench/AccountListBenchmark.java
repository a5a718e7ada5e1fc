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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler;
import sluice.baseline.DecodingFactory;
import sluice.baseline.SortingFactory;

/** Optimisation 13: the same scheduler, with its accounts read and decoded for every request or behind one reference. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class AccountListBenchmark {
    private static final int REQUESTS = 64;

    /** Accounts in the list. */
    @Param("20")
    public int accounts;
    /** Where they are: {@code decoding} reads a file, {@code sorting} a reference. */
    @Param({"decoding", "sorting"})
    public String scheduler;

    private AccountScheduler subject;
    private int next;

    /** Also checks that both choose the same. */
    @Setup
    public void setUp() {
        AccountScheduler decoding = AccountPools.scheduler(new DecodingFactory(), accounts);
        AccountScheduler sorting = AccountPools.scheduler(new SortingFactory(), accounts);
        for (int i = 0; i < REQUESTS; i++) {
            if (!decoding.explain(AccountPools.request(i)).account().equals(sorting.explain(AccountPools.request(i)).account())) {
                throw new IllegalStateException("the schedulers disagree on request " + i);
            }
        }
        subject = scheduler.equals("decoding") ? decoding : sorting;
    }

    /** Deletes the list. */
    @TearDown
    public void close() {
        subject.close();
    }

    /** Select and close. */
    @Benchmark
    public AccountLease select() {
        AccountLease lease = AccountPools.take(subject, AccountPools.request(next++ & REQUESTS - 1));
        lease.close();
        return lease;
    }
}
