package sluice.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteSearchTest {
    @Test
    void findsWhatASearchByteByByteFinds() {
        Random random = new Random(7);
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = new byte[random.nextInt(60)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) "ab\n\r\"\\\u000B\u000C\u008A\u008D#]".charAt(random.nextInt(12));
            }
            int from = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            int to = from + random.nextInt(bytes.length - from + 1);
            byte[] needle = new byte[1 + random.nextInt(3)];
            for (int i = 0; i < needle.length; i++) {
                needle[i] = (byte) "ab\"".charAt(random.nextInt(3));
            }
            assertEquals(slow(bytes, from, to, '\n', '\r'), ByteSearch.lineEnd(bytes, from, to));
            assertEquals(slow(bytes, from, to, '"', '\\'), ByteSearch.quoteOrBackslash(bytes, from, to));
            assertEquals(slow(bytes, from, to, '#', '#'), ByteSearch.indexOf(bytes, from, to, (byte) '#'));
            assertEquals(slow(bytes, from, to, needle), ByteSearch.indexOf(bytes, from, to, needle));
        }
    }

    private static int slow(byte[] bytes, int from, int to, int a, int b) {
        for (int at = from; at < to; at++) {
            if (bytes[at] == a || bytes[at] == b) {
                return at;
            }
        }
        return to;
    }

    private static int slow(byte[] bytes, int from, int to, byte[] needle) {
        for (int at = from; at + needle.length <= to; at++) {
            if (java.util.Arrays.equals(bytes, at, at + needle.length, needle, 0, needle.length)) {
                return at;
            }
        }
        return -1;
    }
}
