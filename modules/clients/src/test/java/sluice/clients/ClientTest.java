package sluice.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClientTest {
    private static final long MINUTE = 60_000_000_000L;

    @Test
    void countsExactlyPerMinuteUnderManyThreads() {
        Client client = new Client("c");
        AtomicInteger admitted = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 6400; i++) {
                threads.execute(() -> {
                    if (client.requests().add(1, 600, 5)) {
                        admitted.incrementAndGet();
                    }
                });
            }
        }
        assertEquals(600, admitted.get());
        assertTrue(client.requests().add(1, 600, MINUTE + 5));
    }

    @Test
    void neverLetsMoreInThanItsPlaces() {
        Client client = new Client("c");
        AtomicInteger most = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 1000; i++) {
                threads.execute(() -> {
                    if (client.enter(7)) {
                        most.accumulateAndGet(client.inFlight(), Math::max);
                        Thread.yield();
                        client.leave();
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
