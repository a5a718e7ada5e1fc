package sluice.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import sluice.api.SessionKeys;
import sluice.baseline.HexSessionHash;

/** Optimisation 8: the key of a session. */
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SessionKeyBenchmark {
    private String client = "team";
    private final SessionKeys keys = SessionKeys.random();
    private String session = "0199a213-81c0-7800-8aa1-bbab2a035a53";

    /** SHA-256 and hexadecimal. */
    @Benchmark
    public String before() {
        return HexSessionHash.key(client, session);
    }

    /** 64 bits. */
    @Benchmark
    public long after() {
        return keys.key(client, session);
    }
}
