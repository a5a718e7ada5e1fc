package sluice.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepLineTest {
    private final List<Integer> done = new ArrayList<>();
    private int alarms;
    private final StepLine line = new StepLine(() -> alarms++);

    private void run(StepLine of) {
        for (int left = of.gather(); left > 0; left--) {
            of.next().run();
        }
    }

    private Runnable step(int number) {
        return () -> done.add(number);
    }

    @Test
    void stepsAreDoneInTheOrderInWhichTheyCame() {
        line.add(step(1));
        line.add(step(2));
        line.hand(step(3));
        line.hand(step(4));
        run(line);
        assertEquals(List.of(1, 2, 3, 4), done);
    }

    @Test
    void whoSleepsIsWokenOnce() {
        line.hand(step(1));
        assertEquals(0, alarms, "it is awake");
        assertFalse(line.sleeps(), "something is in line");
        line.awake();
        run(line);
        assertTrue(line.sleeps());
        line.hand(step(2));
        line.hand(step(3));
        assertEquals(1, alarms);
        line.awake();
        line.hand(step(4));
        assertEquals(1, alarms);
        run(line);
        assertEquals(List.of(1, 2, 3, 4), done);
    }

    @Test
    void halfGoesToOneThatSleeps() {
        StepLine other = new StepLine(() -> alarms++);
        for (int i = 1; i <= 5; i++) {
            line.add(step(i));
        }
        assertFalse(line.giveHalfTo(other), "it is awake");
        assertTrue(other.sleeps());
        assertTrue(line.giveHalfTo(other));
        assertEquals(1, alarms);
        assertFalse(line.giveHalfTo(other), "it is woken already");
        assertFalse(other.hasEnded());
        other.awake();
        run(other);
        assertEquals(List.of(1, 3, 5), done);
        assertTrue(other.hasEnded());
        run(line);
        assertEquals(List.of(1, 3, 5, 2, 4), done);
    }

    @Test
    void whoHasStepsOfItsOwnTakesNone() {
        StepLine other = new StepLine(() -> alarms++);
        other.add(step(1));
        assertFalse(other.sleeps());
        line.add(step(2));
        assertFalse(line.giveHalfTo(other));
        other.hand(step(3));
        assertEquals(0, alarms, "it does not wait");
    }
}
