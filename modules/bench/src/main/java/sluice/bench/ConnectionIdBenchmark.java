package sluice.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Optimisation 11: the id of a connection, formatted and concatenated. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ConnectionIdBenchmark {
    private final String account = "main";
    private final String prefix = "ws_" + account + "_";
    private long sequence = 123_456;

    /** As {@code SweepingSeats} does. */
    @Benchmark
    public String format() {
        return String.format("ws_%s_%d", account, ++sequence);
    }

    /** As {@code LeanSeats} does. */
    @Benchmark
    public String concatenate() {
        return prefix + ++sequence;
    }
}
