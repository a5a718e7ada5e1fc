package sluice.bench;

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
import org.openjdk.jmh.infra.Blackhole;
import sluice.api.AnswerRelay;
import sluice.api.ByteSource;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.Sweeper;
import sluice.baseline.BufferedRelay;
import sluice.body.JsonRelay;

/** A JSON answer, relayed with its model's name restored or not: whole through a tree, or followed while it passes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AnswerBenchmark {
    /** The provider. */
    @Param({"buffered", "streaming"})
    public String answer;

    /** The answer's size. */
    @Param({"2", "200"})
    public int kilobytes;

    /** Whether the model was mapped. */
    @Param({"false", "true"})
    public boolean mapped;

    private AnswerRelay relay;
    private byte[] bytes;
    private RelayOptions options;

    /** Makes the answer. */
    @Setup(Level.Trial)
    public void prepare() {
        relay = relay(answer);
        bytes = CodexBodies.answer(kilobytes * 1024);
        options = options(mapped);
    }

    static AnswerRelay relay(String name) {
        return name.equals("buffered") ? new BufferedRelay() : new JsonRelay();
    }

    static RelayOptions options(boolean mapped) {
        RelayOptions.Names names = mapped ? new RelayOptions.Names("gpt-5.1-codex", "fast") : RelayOptions.Names.SAME;
        return RelayOptions.defaults(new IdleSweeper()).withModel(names);
    }

    /** One answer that is there at once. */
    @Benchmark
    public RelayOutcome relay(Blackhole hole) {
        return relay.relay(new ArraySource(bytes), (buffer, offset, length, boundary) -> hole.consume(buffer), options);
    }

    /** An answer in memory. */
    static final class ArraySource implements ByteSource {
        private final byte[] bytes;
        private int position;

        ArraySource(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            int count = Math.min(length, bytes.length - position);
            System.arraycopy(bytes, position, target, offset, count);
            position += count;
            return count == 0 ? -1 : count;
        }

        @Override
        public boolean ready() {
            return position < bytes.length;
        }

        @Override
        public void abort() {
            position = bytes.length;
        }

        @Override
        public void close() {
            // nothing to give back
        }
    }

    private static final class IdleSweeper implements Sweeper {
        @Override
        public Registration watch(Watched watched) {
            return () -> { };
        }

        @Override
        public void close() {
            // nothing runs
        }
    }
}
