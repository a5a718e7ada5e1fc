package sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionKeysTest {
    private static final List<List<String>> VECTOR_INPUTS = List.of(List.of("", ""), List.of("", "a"), List.of("a", ""),
            List.of("team", "session-1"), List.of("team", "0199a213-81c0-7800-8aa1-bbab2a035a53"),
            List.of("alice", "resp_68af4030592c81938ec0a5fbab4a3e9f"), List.of("bob", "resp_68af4030592c81938ec0a5fbab4a3e9f"),
            List.of("\0makers", "conv_1"), List.of("team", "\u00fc\u4e2d\ud83d\ude00"), List.of("team", "abcd"),
            List.of("team", "abcde"));
    private static final List<String> VECTORS = List.of("3d3cf58b9c9bc8e2", "ce4af27f607e2b55", "ee6173493b692f35", "6438e7ec02bec95f",
            "2f1e41a3b262aed6", "5231bc940394ff83", "24e7da6bb704fdfd", "4843e4d5a161d5e8",
            "b5b88639833aa675", "b0c4642f946d652f", "9f4d9b05b7d2943");

    @Test
    void separatesNamespaceFromValue() {
        assertNotEquals(SessionKeys.key("ab", "c"), SessionKeys.key("a", "bc"));
        assertNotEquals(SessionKeys.key("", "a"), SessionKeys.key("a", ""));
        assertNotEquals(SessionKeys.key("a", "x"), SessionKeys.key("b", "x"));
    }

    @Test
    void givesDifferentKeysToNearlyEqualValues() {
        Set<Long> keys = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            keys.add(SessionKeys.key("team", "session-" + i));
        }
        assertEquals(100_000, keys.size());
    }

    @Test
    void spreadsOverAllBits() {
        long ones = 0;
        for (int i = 0; i < 10_000; i++) {
            ones += Long.bitCount(SessionKeys.key("team", "" + i));
        }
        assertTrue(Math.abs(ones - 320_000) < 4_000, "bits set: " + ones);
    }

    /** These must never change: saved bindings and owners are found by them. */
    @Test
    void keepsItsKeysForEver() {
        assertEquals(VECTORS, VECTOR_INPUTS.stream().map(pair -> Long.toHexString(SessionKeys.key(pair.get(0), pair.get(1))))
                .toList());
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
                    long before = SessionKeys.key("team", new String(text));
                    text[bit / 16] ^= (char) (1 << bit % 16);
                    long changed = before ^ SessionKeys.key("team", new String(text));
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
            long key = SessionKeys.key("t" + (i & 3), Integer.toString(i >> 2));
            high.add((int) (key >>> 32));
            low.add((int) key);
        }
        int[] buckets = new int[256];
        for (int i = 0; i < 1 << 16; i++) {
            buckets[(int) SessionKeys.key("team", "session-" + i) & 0xFF]++;
        }
        for (int count : buckets) {
            assertEquals(256, count, 6 * 16);
        }
        assertTrue(high.size() > (1 << 16) - 6, "high " + high.size());
        assertTrue(low.size() > (1 << 16) - 6, "low " + low.size());
    }
}
