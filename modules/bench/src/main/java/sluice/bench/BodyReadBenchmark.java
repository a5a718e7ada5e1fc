package sluice.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import sluice.baseline.GrowingCollector;
import sluice.body.SizedCollector;
import sluice.buffers.BodyCollector;
import sluice.buffers.BodyCollector.Collected;

/** Optimisation 10: a body of known length read as the gateway reads it, growing and copying, or into one array. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class BodyReadBenchmark {
    /** What a socket gives at once, at most. */
    private static final int PIECE_BYTES = 8 * 1024;
    private static final int MAX_BYTES = 64 * 1024 * 1024;

    /** The body's size. */
    @Param({"2", "500", "11264"})
    public int kilobytes;
    /** The provider. */
    @Param({"growing", "sized"})
    public String collector;

    private BodyCollector subject = new SizedCollector();
    private byte[] sent = {};

    /** Makes the body, and checks that it is read. */
    @Setup(Level.Trial)
    public void prepare() throws IOException {
        sent = CodexBodies.request(kilobytes * 1024, false);
        subject = collector(collector);
        if (!(read() instanceof Collected.Complete read) || !Arrays.equals(sent, Arrays.copyOf(read.bytes(), read.length()))) {
            throw new IllegalStateException("what was read is not what was sent");
        }
    }

    static BodyCollector collector(String name) {
        return name.equals("growing") ? new GrowingCollector() : new SizedCollector();
    }

    /** One body. */
    @Benchmark
    public Collected read() throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(sent);
        return subject.collect((target, offset, length) -> in.read(target, offset, Math.min(length, PIECE_BYTES)), sent.length,
                MAX_BYTES, bytes -> true);
    }
}
