package sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionKeysTest {
    /** Key 00 01 … 0f, as in the paper and in its reference implementation. */
    private final SessionKeys keys = new SessionKeys(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

    private static String bytesAsText(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i += 2) {
            text.append((char) (i + 1 << 8 | i));
        }
        return text.toString();
    }

    /** The outputs of the reference implementation for the bytes 00 01 02 …, here as the units of texts. */
    @Test
    void isSipHash24() {
        Map<Integer, String> expected = Map.of(0, "726fdb47dd0e0e31", 2, "d6c8009d9a94f5a", 4, "cf2794e0277187b7", 6, "cbc9466e58fee3ce",
                8, "93f5f5799a932462", 10, "7a5dbbc594ddb9f3", 14, "f723ca908e7af2ee", 16, "3f2acc7f57c29bdb",
                32, "7127512f72f27cce", 62, "e51b38608ef25f57");
        expected.forEach((length, key) -> assertEquals(key, Long.toHexString(keys.sip(bytesAsText(length))), length + " bytes"));
    }

    @Test
    void dependsOnTheSecretSoThatNobodyCanChooseValuesThatCollide() {
        SessionKeys others = new SessionKeys(0x0706050403020101L, 0x0f0e0d0c0b0a0908L);
        int equalOrder = 0;
        for (int i = 0; i < 1_000; i++) {
            boolean here = keys.key("team", "s" + i) < keys.key("team", "t" + i);
            boolean there = others.key("team", "s" + i) < others.key("team", "t" + i);
            equalOrder += here == there ? 1 : 0;
        }

        assertEquals(500, equalOrder, 6 * Math.sqrt(250));
        assertEquals(keys.key("team", "s"), new SessionKeys(keys.k0(), keys.k1()).key("team", "s"), "the secret decides");
    }

    @Test
    void tellsBytesFromTextsAndLengthsFromEachOther() {
        Set<Long> seen = new HashSet<>();
        for (int length = 0; length < 40; length++) {
            assertTrue(seen.add(keys.key("team", new byte[length], 0, length)), "bytes " + length);
            assertTrue(seen.add(keys.key("team", "\0".repeat(length))), "text " + length);
        }
        assertEquals(keys.key("team", new byte[] {9, 1, 2, 9}, 1, 2), keys.key("team", new byte[] {1, 2}, 0, 2));
    }

    @Test
    void separatesNamespaceFromValue() {
        assertNotEquals(keys.key("ab", "c"), keys.key("a", "bc"));
        assertNotEquals(keys.key("", "a"), keys.key("a", ""));
        assertNotEquals(keys.key("a", "x"), keys.key("b", "x"));
    }

    @Test
    void givesDifferentKeysToNearlyEqualValues() {
        Set<Long> seen = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            seen.add(keys.key("team", "session-" + i));
        }
        assertEquals(100_000, seen.size());
    }

    @Test
    void spreadsOverAllBits() {
        long ones = 0;
        for (int i = 0; i < 10_000; i++) {
            ones += Long.bitCount(keys.key("team", "" + i));
        }
        assertTrue(Math.abs(ones - 320_000) < 4_000, "bits set: " + ones);
    }

    @Test
    void changesHalfOfTheBitsWhenOneBitChanges() {
        java.util.Random random = new java.util.Random(1);
        int rounds = 2_000;
        for (int length : new int[] {1, 2, 3, 4, 5, 7, 8, 15, 36}) {
            for (int bit = 0; bit < 16 * length; bit += 1 + length / 4) {
                int[] flips = new int[64];
                for (int round = 0; round < rounds; round++) {
                    char[] text = new char[length];
                    for (int i = 0; i < length; i++) {
                        text[i] = (char) random.nextInt(0x10000);
                    }
                    long before = keys.key("team", new String(text));
                    text[bit / 16] ^= (char) (1 << bit % 16);
                    long changed = before ^ keys.key("team", new String(text));
                    for (int i = 0; i < 64; i++) {
                        flips[i] += (int) (changed >>> i & 1);
                    }
                }
                for (int i = 0; i < 64; i++) {
                    // Six standard deviations of a fair coin.
                    assertEquals(rounds / 2.0, flips[i], 6 * Math.sqrt(rounds / 4.0), "length " + length + " bit " + bit
                            + " to " + i);
                }
            }
        }
    }

    @Test
    void hasNoCollisionsInItsHalvesBeyondChance() {
        // 2^16 keys in 2^32 values: half a collision is expected in each half.
        Set<Integer> high = new HashSet<>();
        Set<Integer> low = new HashSet<>();
        for (int i = 0; i < 1 << 16; i++) {
            long key = keys.key("t" + (i & 3), Integer.toString(i >> 2));
            high.add((int) (key >>> 32));
            low.add((int) key);
        }
        int[] buckets = new int[256];
        for (int i = 0; i < 1 << 16; i++) {
            buckets[(int) keys.key("team", "session-" + i) & 0xFF]++;
        }
        for (int count : buckets) {
            assertEquals(256, count, 6 * 16);
        }
        assertTrue(high.size() > (1 << 16) - 6, "high " + high.size());
        assertTrue(low.size() > (1 << 16) - 6, "low " + low.size());
    }
}
