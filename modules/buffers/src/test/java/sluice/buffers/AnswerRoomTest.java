package sluice.buffers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AnswerRoomTest {
    private static final int KIB = 1024;

    private final AnswerRoom room = new AnswerRoom(100 * KIB);

    @Test
    void whatIsLittleIsNotCounted() throws Exception {
        for (int i = 0; i < 100; i++) {
            room.part().hold(AnswerRoom.FREE_BYTES);
        }
        assertEquals(0, room.usedBytes());
    }

    @Test
    void whoFindsNoRoomHoldsWhatItHeld() throws Exception {
        AnswerRoom.Part one = room.part();
        AnswerRoom.Part other = room.part();
        one.hold(60 * KIB);
        other.hold(20 * KIB);
        assertThrows(AnswerRoom.Exhausted.class, () -> other.hold(41 * KIB));
        assertEquals(80 * KIB, room.usedBytes());
        one.close();
        other.hold(100 * KIB);
        one.close();
        assertEquals(100 * KIB, room.usedBytes());
        other.hold(1);
        assertEquals(0, room.usedBytes());
    }

    @Test
    void whoCanDoWithLessLeavesHalfToOthers() throws Exception {
        AnswerRoom.Part buffer = room.part();
        assertTrue(buffer.holdIfPlenty(50 * KIB));
        assertFalse(room.part().holdIfPlenty(17 * KIB));
        assertTrue(room.part().holdIfPlenty(16 * KIB));
        room.part().hold(50 * KIB);
        assertFalse(buffer.holdIfPlenty(51 * KIB));
        assertTrue(buffer.holdIfPlenty(40 * KIB));
        assertEquals(90 * KIB, room.usedBytes());
    }

    @Test
    void whileAnArrayIsCopiedBothAreHeld() throws Exception {
        AnswerRoom.Part part = room.part();
        byte[] old = part.longer(new byte[0], 0, 30 * KIB);
        Arrays.fill(old, (byte) 7);
        byte[] longer = part.longer(old, 10, 31 * KIB);
        assertEquals(60 * KIB, longer.length);
        assertEquals(60 * KIB, room.usedBytes());
        assertArrayEquals(new byte[] {7, 0}, Arrays.copyOfRange(longer, 9, 11));
        assertThrows(AnswerRoom.Exhausted.class, () -> part.longer(longer, 10, 61 * KIB));
        assertEquals(60 * KIB, room.usedBytes());
    }
}
