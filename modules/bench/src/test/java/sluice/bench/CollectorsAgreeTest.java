package sluice.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.buffers.BodyCollector;
import sluice.buffers.BodyCollector.Collected;

/** Both ways to read a body give the same bytes and the same verdict; only the new one reads into one array. */
class CollectorsAgreeTest {
    private static final int MAX_BYTES = 3_000_000;
    private static final int[] SIZES = {0, 1, 8191, 8192, 8193, 16_384, 16_385, 500_000, 1_048_576, 1_048_577, 2_999_999, 3_000_000,
        3_000_001};

    private final Random random = new Random(5);

    /** What a collector did; {@code arrays} are the ones it read into. */
    private record Read(Collected collected, List<byte[]> arrays, long firstBytes, long grownBytes) { }

    private Read read(String name, byte[] sent, long claimed, long allowed) throws IOException {
        BodyCollector collector = BodyReadBenchmark.collector(name);
        ByteArrayInputStream in = new ByteArrayInputStream(sent);
        List<byte[]> arrays = new ArrayList<>();
        AtomicLong left = new AtomicLong(allowed);
        Collected collected = collector.collect((target, offset, length) -> {
            if (length > 1 && (arrays.isEmpty() || arrays.getLast() != target)) {
                arrays.add(target);
            }
            return in.read(target, offset, Math.min(length, 1 + random.nextInt(20_000)));
        }, claimed, MAX_BYTES, bytes -> left.addAndGet(-bytes) >= 0);
        return new Read(collected, arrays, collector.firstBytes(claimed), allowed - left.get());
    }

    private byte[] body(int size) {
        byte[] body = new byte[size];
        random.nextBytes(body);
        return body;
    }

    @ParameterizedTest
    @ValueSource(strings = {"growing", "sized"})
    void readWhatWasSentWhateverItsSizeAndClaim(String name) throws IOException {
        for (int size : SIZES) {
            byte[] sent = body(size);
            for (long claimed : new long[] {BodyCollector.UNKNOWN, size}) {
                Collected collected = read(name, sent, claimed, Long.MAX_VALUE / 2).collected;
                if (size > MAX_BYTES) {
                    assertInstanceOf(Collected.TooLarge.class, collected, name + " " + size + " " + claimed);
                } else {
                    Collected.Complete complete = assertInstanceOf(Collected.Complete.class, collected);
                    assertArrayEquals(sent, Arrays.copyOf(complete.bytes(), complete.length()));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"growing", "sized"})
    void endWithTheBodyWhereItIsShorterThanItClaims(String name) throws IOException {
        Collected.Complete cut = assertInstanceOf(Collected.Complete.class, read(name, body(5000), 9000, 0).collected);
        assertEquals(5000, cut.length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"growing", "sized"})
    void stopWhereMemoryIsRefusedAndReserveWhatTheyHold(String name) throws IOException {
        assertInstanceOf(Collected.NoMemory.class, read(name, body(2_000_000), BodyCollector.UNKNOWN, 100_000).collected);
        Read whole = read(name, body(2_000_000), BodyCollector.UNKNOWN, Long.MAX_VALUE / 2);
        assertEquals(true, whole.firstBytes + whole.grownBytes >= 2_000_000);
        Read claimed = read(name, body(2_000_000), 2_000_000, 0);
        assertEquals(2_000_000, claimed.firstBytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 500_000, 1_048_576})
    void theSizedOneReadsIntoTheArrayThatItGives(int size) throws IOException {
        Read read = read("sized", body(size), size, 0);
        Collected.Complete complete = assertInstanceOf(Collected.Complete.class, read.collected);
        assertSame(complete.bytes(), size > 1 ? read.arrays.getFirst() : complete.bytes());
        assertTrue(complete.bytes().length >= size && complete.bytes().length <= size + size / 4, "" + complete.bytes().length);
    }

    @ParameterizedTest
    @ValueSource(ints = {2_000_000, 3_000_000})
    void aClaimAllocatesNoMoreThanAMebibyteBeforeTheBytesAreThere(int size) throws IOException {
        Read read = read("sized", body(size), size, 0);
        assertEquals(1024 * 1024, read.arrays.getFirst().length);
        assertEquals(2, read.arrays.size());
    }
}
