package sluice.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class Utf8CheckTest {
    @Test
    void agreesWithTheJdkOnEveryCodePoint() {
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            byte[] bytes = encode(point);
            boolean surrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
            assertEquals(!surrogate, accepts(bytes), () -> Arrays.toString(bytes));
        }
    }

    @Test
    void agreesWithTheJdkOnEveryTwoBytesAndEveryThreeAfterALongLead() {
        for (int pair = 0; pair < 0x10000; pair++) {
            assertAgrees((byte) (pair >> 8), (byte) pair);
        }
        for (int triple = 0xE00000; triple <= 0xFFFFFF; triple += 3) {
            assertAgrees((byte) (triple >> 16), (byte) (triple >> 8), (byte) triple);
        }
    }

    @Test
    void refusesOverlongFormsAndWhatLiesAboveUnicode() {
        assertFalse(accepts(new byte[] {(byte) 0xC0, (byte) 0x80}));
        assertFalse(accepts(new byte[] {(byte) 0xE0, (byte) 0x80, (byte) 0x80}));
        assertFalse(accepts(new byte[] {(byte) 0xF0, (byte) 0x80, (byte) 0x80, (byte) 0x80}));
        assertFalse(accepts(new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}));
        assertFalse(accepts(new byte[] {(byte) 0xF8, (byte) 0x88, (byte) 0x80, (byte) 0x80, (byte) 0x80}));
    }

    @Test
    void everySplitOfATextIsTheSameText() {
        byte[] bytes = "Grüße, κόσμε, 你好, 🙂 and plain ASCII to the end".getBytes(StandardCharsets.UTF_8);
        for (int first = 0; first <= bytes.length; first++) {
            for (int second = first; second <= bytes.length; second++) {
                Utf8Check check = new Utf8Check();
                assertTrue(check.accept(bytes, 0, first) && check.accept(bytes, first, second)
                        && check.accept(bytes, second, bytes.length) && check.complete());
            }
        }
    }

    @Test
    void failsAtTheFirstWrongByte() {
        Utf8Check check = new Utf8Check();
        assertTrue(check.accept(new byte[] {(byte) 0xF4}, 0, 1));
        assertFalse(check.complete());
        assertFalse(check.accept(new byte[] {(byte) 0x90}, 0, 1));
    }

    @Property
    void agreesWithTheJdkOnAnyBytes(@ForAll byte[] bytes, @ForAll boolean asciiBefore) {
        byte[] all = bytes;
        if (asciiBefore) {
            all = new byte[bytes.length + 13];
            Arrays.fill(all, (byte) 'a');
            System.arraycopy(bytes, 0, all, 13, bytes.length);
        }
        assertAgrees(all);
    }

    private static void assertAgrees(byte... bytes) {
        assertEquals(Frames.utf8(bytes, true), accepts(bytes), () -> Arrays.toString(bytes));
    }

    private static boolean accepts(byte[] bytes) {
        Utf8Check check = new Utf8Check();
        return check.accept(bytes, 0, bytes.length) && check.complete();
    }

    private static byte[] encode(int point) {
        if (point < 0x80) {
            return new byte[] {(byte) point};
        }
        if (point < 0x800) {
            return new byte[] {(byte) (0xC0 | point >> 6), (byte) (0x80 | point & 0x3F)};
        }
        if (point < 0x10000) {
            return new byte[] {(byte) (0xE0 | point >> 12), (byte) (0x80 | point >> 6 & 0x3F), (byte) (0x80 | point & 0x3F)};
        }
        return new byte[] {(byte) (0xF0 | point >> 18), (byte) (0x80 | point >> 12 & 0x3F), (byte) (0x80 | point >> 6 & 0x3F),
            (byte) (0x80 | point & 0x3F)};
    }
}
