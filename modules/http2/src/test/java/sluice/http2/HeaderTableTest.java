package sluice.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HeaderTableTest {
    private static final int LIMIT = 1000;
    private static final int SECONDS = Integer.getInteger("fuzz.seconds", 0);
    private static final long SEED = Long.getLong("fuzz.seed", 20261128);
    private static final int BLOCKS = 50_000;
    /** RFC 7541 C.4.1 and C.4.2, the same with the list's size, a literal that is not kept, and a size of the table. */
    private static final List<byte[]> VALID = List.of(hex("828684418cf1e3c2e5f23a6ba0ab90f4ff"), hex("828684be5886a8eb10649cbf"),
            hex("000161016210016301640081"), hex("203fe11f82"), hex("40016101624001630164bebf"));

    private final HeaderTable table = new HeaderTable();

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private List<String> read(byte[] block) throws Http2Fault {
        List<String> fields = new ArrayList<>();
        assertTrue(table.read(block, 0, block.length, LIMIT, field -> fields.add(field.name() + ": " + field.value())));
        return fields;
    }

    @Test
    void readsTheExamplesOfTheSpecification() throws Http2Fault {
        assertEquals(List.of(":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"), read(VALID.get(0)));
        assertEquals(List.of(":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache"),
                read(VALID.get(1)));
    }

    @Test
    void givesNoFieldBehindTheLimitButKeepsTheTable() throws Http2Fault {
        byte[] large = new byte[700];
        Arrays.fill(large, (byte) 'y');
        byte[] block = join(join(hex("4001787fbd04"), large), hex("bebe4001610162"));
        List<String> names = new ArrayList<>();
        assertFalse(table.read(block, 0, block.length, LIMIT, field -> names.add(field.name())));
        assertEquals(List.of("x", "x"), names);
        assertEquals(List.of("a: b"), read(hex("be")));
    }

    @Test
    void refusesWhatCanOnlyBeMeantToHarm() {
        byte[] large = new byte[700];
        byte[] block = join(join(hex("4001787fbd04"), large), new byte[16_000]);
        Arrays.fill(block, 706, block.length, (byte) 0xBE);
        assertEquals(Http2Fault.ENHANCE_YOUR_CALM,
                assertThrows(Http2Fault.class, () -> table.read(block, 0, block.length, LIMIT, field -> { })).code());
    }

    @Test
    void survivesMutatedBlocks() {
        long begun = System.nanoTime();
        long blocks = 0;
        long whole = 0;
        for (long seed = SEED; SECONDS == 0 ? blocks < BLOCKS : System.nanoTime() - begun < SECONDS * 1_000_000_000L; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            HeaderTable fresh = new HeaderTable();
            int[] listBytes = new int[1];
            for (int i = 0; i < 5; i++, blocks++) {
                byte[] block = mutated(random);
                listBytes[0] = 0;
                try {
                    whole += fresh.read(block, 0, block.length, LIMIT,
                            field -> listBytes[0] += field.name().length() + field.value().length() + 32) ? 1 : 0;
                } catch (Http2Fault e) {
                    assertTrue(e.code() == Http2Fault.COMPRESSION || e.code() == Http2Fault.ENHANCE_YOUR_CALM, e.toString());
                    assertEquals(0, e.streamId());
                }
                assertTrue(listBytes[0] <= LIMIT + 4096 + 2 * block.length, "more fields than the limit with seed " + seed);
            }
        }
        System.out.printf("fuzzed header blocks: %d in %.0f s, %d read whole%n", blocks, (System.nanoTime() - begun) / 1e9, whole);
    }

    private static byte[] mutated(SplittableRandom random) {
        byte[] block = VALID.get(random.nextInt(VALID.size())).clone();
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(block.length);
            switch (random.nextInt(4)) {
                case 0 -> block[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> block[at] = (byte) random.nextInt(256);
                case 2 -> block = join(Arrays.copyOf(block, at + 1), VALID.get(random.nextInt(VALID.size())));
                default -> block = join(block, Arrays.copyOfRange(block, at, block.length));
            }
        }
        return block;
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }
}
