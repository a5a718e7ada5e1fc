package sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClientTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;

    @Test
    void countsExactlyPerMinuteUnderManyThreads() {
        SlidingCount requests = new SlidingCount();
        AtomicInteger admitted = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 6400; i++) {
                threads.execute(() -> {
                    if (requests.add(1, 600, 5)) {
                        admitted.incrementAndGet();
                    }
                });
            }
        }
        assertEquals(600, admitted.get());
        assertTrue(requests.add(1, 600, MINUTE + SECOND));
    }

    @Test
    void noSixtySecondsEverHoldMoreThanTheLimit() {
        SlidingCount requests = new SlidingCount();
        Random random = new Random(23);
        List<Long> admitted = new ArrayList<>();
        long now = -3 * MINUTE;
        for (int i = 0; i < 20_000; i++) {
            now += random.nextInt(10) == 0 ? random.nextLong(20 * SECOND) : random.nextLong(SECOND / 2);
            if (requests.add(1, 5, now)) {
                admitted.add(now);
            }
        }
        for (int i = 5; i < admitted.size(); i++) {
            assertTrue(admitted.get(i) - admitted.get(i - 5) > MINUTE, "six within a minute");
        }
        long all = admitted.getLast() - admitted.getFirst();
        assertTrue(admitted.size() > all / (63 * SECOND) * 5 * 8 / 10, admitted.size() + " in " + all);
    }

    @Test
    void tellsWhenThereIsRoomAgain() {
        SlidingCount requests = new SlidingCount();
        assertTrue(requests.add(1, 2, 0));
        assertTrue(requests.add(1, 2, 30 * SECOND));
        assertFalse(requests.add(1, 2, 40 * SECOND));

        long wait = requests.nanosUntilBelow(2, 40 * SECOND);
        assertEquals(21 * SECOND, wait, "the first second is past when its sixtieth successor is");
        assertTrue(requests.add(1, 2, 40 * SECOND + wait));
    }

    @Test
    void correctsAnEstimateWhereItWasCounted() {
        SlidingCount tokens = new SlidingCount();
        tokens.add(1000, 0, 0);
        tokens.correct(0, 1000, 300, 10 * SECOND);
        assertEquals(300, tokens.count(10 * SECOND));
        assertEquals(0, tokens.count(MINUTE + SECOND), "it ages from when it was counted first");

        tokens.add(1000, 0, 2 * MINUTE);
        tokens.correct(2 * MINUTE, 1000, 300, 4 * MINUTE);
        assertEquals(0, tokens.count(4 * MINUTE), "an estimate that is past takes nothing away from others");
        tokens.correct(2 * MINUTE, 1000, 1500, 4 * MINUTE);
        assertEquals(500, tokens.count(4 * MINUTE), "what was used beyond it counts now");
    }

    @Test
    void neverLetsMoreInThanItsPlaces() {
        Client client = new Clients(new Allowances()).of("c");
        AtomicInteger most = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1000; i++) {
                threads.execute(() -> {
                    if (client.allowance().places().enter(7)) {
                        most.accumulateAndGet(client.inFlight(), Math::max);
                        Thread.yield();
                        client.allowance().places().leave();
                    }
                });
            }
        }
        assertTrue(most.get() <= 7);
        assertEquals(0, client.inFlight());
    }

    @Test
    void matchesModelsByNameOrEnding() {
        assertTrue(Client.mayUse(List.of(), "anything"));
        assertTrue(Client.mayUse(List.of("gpt-5*"), "gpt-5.1"));
        assertTrue(Client.mayUse(List.of("a", "b"), "b"));
        assertFalse(Client.mayUse(List.of("gpt-5*"), "gpt-4"));
        assertFalse(Client.mayUse(List.of("gpt-5"), "gpt-5.1"));
    }
}
