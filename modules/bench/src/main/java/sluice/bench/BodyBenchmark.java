package sluice.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
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
import sluice.api.BodyEdit;
import sluice.api.BodyScanner;
import sluice.api.BodyScanner.Scan;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.baseline.TreeScanner;
import sluice.body.SpliceScanner;

/**
 * Optimisation 1: what a gateway does to a request body, from its bytes to the bytes that go out. {@code tree} parses into
 * nodes and writes them, {@code splice} scans and writes slices.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BodyBenchmark {
    private static final List<BodyEdit> EDITS = List.of(new BodyEdit.Put("model", "\"gpt-5.1-codex-mini\""));

    /** The provider. */
    @Param({"tree", "splice"})
    public String body;

    /** The body's size. */
    @Param({"2", "50", "200", "500", "11264"})
    public int kilobytes;

    /** Where {@code model} stands. */
    @Param({"first", "last"})
    public String model;

    private BodyScanner scanner;
    private byte[] bytes;

    /** Makes the body. */
    @Setup(Level.Trial)
    public void prepare() {
        scanner = scanner(body);
        bytes = CodexBodies.request(kilobytes * 1024, model.equals("last"));
    }

    static BodyScanner scanner(String name) {
        return name.equals("tree") ? new TreeScanner() : new SpliceScanner();
    }

    /** Reads the body, asks what the gateway asks, maps the model, and writes it. */
    @Benchmark
    public long edit(Blackhole hole) throws IOException {
        RequestBody read = ((Scan.Valid) scanner.scan(bytes, 0, bytes.length)).body();
        hole.consume(read.field(Field.MODEL));
        hole.consume(read.field(Field.STREAM));
        hole.consume(read.field(Field.PROMPT_CACHE_KEY));
        hole.consume(read.hasEncryptedContent());
        CountingStream out = new CountingStream(hole);
        read.edited(EDITS).writeTo(out);
        return out.count;
    }

    /** Only reads the body. */
    @Benchmark
    public Scan scan() {
        return scanner.scan(bytes, 0, bytes.length);
    }

    /** Where a socket would be. */
    private static final class CountingStream extends OutputStream {
        private final Blackhole hole;
        private long count;

        private CountingStream(Blackhole hole) {
            this.hole = hole;
        }

        @Override
        public void write(int b) {
            count++;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {
            hole.consume(buffer);
            count += length;
        }
    }
}
