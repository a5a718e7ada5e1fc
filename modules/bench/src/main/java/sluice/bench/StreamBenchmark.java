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
import sluice.api.EventRelay;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.Sweeper;
import sluice.baseline.PerLineRelay;
import sluice.sse.BatchingRelay;

/**
 * One stream of about 1000 events (optimisations 2, 3, 4 and 12): {@code per-line} is the way before, {@code ungated} is the
 * new relay that parses every event, {@code batching} the new one. With {@code mapped=false} the difference of the last two is
 * the usage gate, with {@code true} the model gate too.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StreamBenchmark {
    static final int DELTAS = 1000;

    /** The provider. */
    @Param({"per-line", "ungated", "batching"})
    public String relay;

    /** Whether each event comes alone. */
    @Param({"false", "true"})
    public boolean paced;

    /** Whether the model was mapped. */
    @Param({"false", "true"})
    public boolean mapped;

    private EventRelay provider;
    private byte[][] pieces;
    private RelayOptions options;

    /** Makes the stream. */
    @Setup(Level.Trial)
    public void prepare() {
        provider = relay(relay);
        pieces = FrameSource.pieces(ResponseStreams.frames(DELTAS, "\n", true), paced);
        options = options(mapped);
    }

    static EventRelay relay(String name) {
        return switch (name) {
            case "per-line" -> new PerLineRelay();
            case "ungated" -> BatchingRelay.ungated();
            case "batching" -> new BatchingRelay();
            default -> throw new IllegalArgumentException("relay: per-line, ungated or batching, not " + name);
        };
    }

    static RelayOptions options(boolean mapped) {
        Sweeper unused = new Sweeper() {
            @Override
            public Registration watch(Watched watched) {
                return () -> { };
            }

            @Override
            public void close() {
                // watches nothing
            }
        };
        RelayOptions base = RelayOptions.defaults(unused);
        RelayOptions.Names names = mapped ? new RelayOptions.Names(ResponseStreams.UPSTREAM_MODEL, "fast") : RelayOptions.Names.SAME;
        return base.withModel(names);
    }

    /** One stream, from memory to nowhere. */
    @Benchmark
    public RelayOutcome relay(Blackhole out) {
        return provider.relay(new FrameSource(pieces), (b, from, length, boundary) -> out.consume(b), options);
    }
}
