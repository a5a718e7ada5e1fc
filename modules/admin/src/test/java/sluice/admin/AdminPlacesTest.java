package sluice.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who gives way where the admin port has no place left. */
class AdminPlacesTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final AtomicLong now = new AtomicLong();
    private final AdminPlaces places = new AdminPlaces(3, now::get, now::addAndGet);
    private final List<String> gone = new ArrayList<>();

    private AdminPlaces.Place enter(String network, String name) {
        return places.enter(network, () -> gone.add(name));
    }

    @Test
    void nobodyGoesWhileThereAreFreePlaces() {
        enter("x", "1");
        enter("x", "2");
        enter("x", "3").leave();
        enter("x", "4");
        assertEquals(List.of(), gone);
    }

    @Test
    void whoCameFirstGoesFirstWhateverItHasBeenToldSince() {
        AdminPlaces.Place first = enter("x", "1");
        enter("x", "2");
        enter("x", "3");
        now.addAndGet(SECOND);
        first.waits(true);
        first.served();
        first.waits(false);
        enter("x", "4");
        enter("x", "5");
        assertEquals(List.of("1", "2"), gone);
    }

    @Test
    void whoeverHoldsMostGivesWay() {
        enter("operator", "1");
        for (int i = 2; i <= 100; i++) {
            enter("stranger", Integer.toString(i));
        }
        assertEquals(97, gone.size());
        assertEquals(List.of("2", "3"), gone.subList(0, 2));
    }

    @Test
    void whoHasShownTheTokenStaysUntilItsRequestIsOver() {
        AdminPlaces.Place operator = enter("x", "1");
        operator.isOperator(true);
        enter("x", "2");
        enter("x", "3");
        enter("x", "4");
        operator.isOperator(false);
        enter("x", "5");
        assertEquals(List.of("2", "1"), gone);
    }

    @Test
    void anOperatorWhoDoesNotReadIsLikeOthers() {
        AdminPlaces.Place operator = enter("x", "1");
        operator.isOperator(true);
        operator.waits(true);
        enter("x", "2");
        enter("x", "3");
        now.set(SECOND);
        enter("x", "4");
        now.incrementAndGet();
        enter("x", "5");
        assertEquals(List.of("2", "1"), gone);
    }

    @Test
    void nobodyGoesBeforeHeHadTimeToAsk() {
        for (int i = 1; i <= 3; i++) {
            enter("x", Integer.toString(i));
            now.incrementAndGet();
        }
        enter("x", "4");
        assertEquals(Duration.ofMillis(50).toNanos(), now.get());
        enter("x", "5");
        assertEquals(Duration.ofMillis(50).toNanos() + 1, now.get());
        assertEquals(List.of("1", "2"), gone);
    }

    @Test
    void operatorsLeaveAFourthToChangeHands() {
        AdminPlaces many = new AdminPlaces(8, now::get, now::addAndGet);
        for (int i = 1; i <= 7; i++) {
            int number = i;
            many.enter("x", () -> gone.add(Integer.toString(number))).isOperator(true);
        }
        many.enter("x", () -> gone.add("stranger"));
        many.enter("x", () -> gone.add("another"));
        many.enter("x", () -> gone.add("a third"));
        assertEquals(List.of("1", "stranger"), gone);
    }

    @Test
    void ofOperatorsAloneTheFirstGoes() {
        for (int i = 1; i <= 4; i++) {
            enter("x", Integer.toString(i)).isOperator(true);
        }
        assertEquals(List.of("1"), gone);
    }

    @Test
    void whoAsksForNothingForLongIsEndedUnlessItWatches() {
        enter("x", "1");
        enter("x", "2").isOperator(true);
        AdminPlaces.Place reads = enter("x", "3");
        now.addAndGet(SECOND);
        reads.served();
        now.incrementAndGet();
        places.sweep(Duration.ofSeconds(1));
        assertEquals(List.of("1"), gone);
    }
}
