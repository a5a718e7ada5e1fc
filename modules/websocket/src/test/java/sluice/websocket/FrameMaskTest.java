package sluice.websocket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameMaskTest {
    private final Random random = new Random(6455);

    @Test
    void masksLikeTheRfcAtEveryLengthAndPosition() {
        for (int length = 0; length <= 40; length++) {
            for (int position = 0; position < 9; position++) {
                byte[] payload = new byte[length];
                random.nextBytes(payload);
                int key = random.nextInt();
                byte[] expected = new byte[length + 3];
                for (int i = 0; i < length; i++) {
                    expected[i + 3] = (byte) (payload[i] ^ key >>> (position + i) % 4 * 8);
                }
                byte[] actual = new byte[length + 3];
                FrameMask.apply(payload, 0, actual, 3, length, key, position);
                assertArrayEquals(expected, actual);
            }
        }
    }

    @Test
    void isItsOwnInverseInPlace() {
        byte[] payload = new byte[1000];
        random.nextBytes(payload);
        byte[] before = payload.clone();
        FrameMask.apply(payload, 5, payload, 5, 990, 0x12345678, 0);
        FrameMask.apply(payload, 5, payload, 5, 333, 0x12345678, 0);
        FrameMask.apply(payload, 338, payload, 338, 657, 0x12345678, 333);
        assertArrayEquals(before, payload);
    }
}
