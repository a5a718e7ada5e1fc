package sluice.bench;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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

/** Optimisation 10: reading a body of known length, growing and copying, or into one array as the server's reader does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class BodyReadBenchmark {
    private static final int CLAMP_BYTES = 1024 * 1024;
    private static final int PIECE_BYTES = 8 * 1024;

    /** The body's size. */
    @Param({"2", "500", "11264"})
    public int kilobytes;

    private byte[] sent;

    /** Makes the body, and checks that both ways read it. */
    @Setup(Level.Trial)
    public void prepare() throws IOException {
        sent = CodexBodies.request(kilobytes * 1024, false);
        if (!Arrays.equals(sent, grown()) || !Arrays.equals(sent, sized())) {
            throw new IllegalStateException("the readers disagree");
        }
    }

    /** Piece by piece into a buffer that doubles, and out of it. */
    @Benchmark
    public byte[] grown() throws IOException {
        InputStream in = new ByteArrayInputStream(sent);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE_BYTES];
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
            whole.write(piece, 0, count);
        }
        return whole.toByteArray();
    }

    /** Into an array of the claimed size, which is believed up to a clamp until that much is there. */
    @Benchmark
    public byte[] sized() throws IOException {
        InputStream in = new ByteArrayInputStream(sent);
        byte[] bytes = new byte[Math.min(sent.length, CLAMP_BYTES)];
        int length = 0;
        while (length < sent.length) {
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, sent.length);
            }
            length += in.read(bytes, length, Math.min(PIECE_BYTES, bytes.length - length));
        }
        return bytes;
    }
}
