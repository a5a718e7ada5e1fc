package sluice.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionKeysTest {
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
}
