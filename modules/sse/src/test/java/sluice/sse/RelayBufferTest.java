package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.api.RelayOptions;
import sluice.buffers.AnswerRoom;
import sluice.responses.ModelGate;
import sluice.testkit.HandSweeper;

/** What buffers of streams take while clients do not read. */
class RelayBufferTest {
    private static final int KIB = 1024;

    private final RelayOptions options = new Options(new HandSweeper()).buffer(64 * KIB).build();

    private RelayBuffer buffer(AnswerRoom room) {
        return new RelayBuffer(options, ModelGate.of(options.call().model()), room);
    }

    @Test
    void thousandsThatHaveGrownLeaveHalfOfTheRoom() {
        AnswerRoom room = new AnswerRoom(1024 * KIB);
        List<RelayBuffer> all = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            RelayBuffer one = buffer(room);
            while (one.grow()) {
                assertTrue(room.usedBytes() <= 512 * KIB);
            }
            all.add(one);
        }
        assertEquals(8, all.stream().filter(one -> one.bytes.length >= 64 * KIB).count());
        all.forEach(RelayBuffer::release);
        assertEquals(0, room.usedBytes());
    }

    @Test
    void whatIsGivenUpIsThereForOthers() {
        AnswerRoom room = new AnswerRoom(128 * KIB);
        RelayBuffer first = buffer(room);
        while (first.grow()) {
            // as far as it may
        }
        RelayBuffer second = buffer(room);
        while (second.grow()) {
            // as far as there is room
        }
        assertTrue(second.bytes.length < 64 * KIB);
        first.shrink();
        assertTrue(second.grow());
        assertFalse(second.grow());
    }
}
