package sluice.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class CalmTest {
    private static final long SECOND = 1_000_000_000L;

    private final Calm calm = new Calm(0);

    /** How many frames pass at a time. */
    private int frames(int bytes, long nowNanos) {
        int passed = 0;
        try {
            for (; passed < 100_000; passed++) {
                calm.frame(bytes, nowNanos);
            }
        } catch (Http2Fault e) {
            assertEquals(Http2Fault.ENHANCE_YOUR_CALM, e.code());
        }
        return passed;
    }

    @Test
    void letsAThousandFramesForNothingPassAndAHundredEachSecond() {
        assertEquals(1000, frames(0, 0));
        assertEquals(500, frames(0, 5 * SECOND), 2);
        assertEquals(1000, frames(0, 3600 * SECOND), 2);
    }

    @Test
    void letsFramesPassThatCarryABody() {
        assertEquals(100_000, frames(32, 0));
        assertEquals(100_000, frames(16_384, 0));
        assertEquals(2000, frames(16, 0) - 18_000, 2);
    }

    @Test
    void letsClientsAnswerWhatTheyAreSent() {
        for (int i = 0; i < 1000; i++) {
            calm.sent(50, false);
        }
        assertEquals(5000, frames(0, 0));
        calm.sent(1, true);
        calm.sent(300, true);
        assertEquals(4, frames(0, 0), 1);
    }

    @Test
    void countsResetsApart() throws Http2Fault {
        for (int i = 0; i < 200; i++) {
            calm.reset(0);
        }
        assertThrows(Http2Fault.class, () -> calm.reset(0));
        for (int i = 0; i < 19; i++) {
            calm.reset(SECOND);
        }
        assertEquals(1000, frames(0, 0));
    }
}
