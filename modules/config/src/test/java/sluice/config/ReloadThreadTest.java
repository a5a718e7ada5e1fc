package sluice.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ReloadThreadTest {
    private final Queue<String> said = new ConcurrentLinkedQueue<>();

    @Test
    void aFileThatHangsKeepsNobodyWaitingAndIsReadAgainAfterThat() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        CountDownLatch reloaded = new CountDownLatch(1);
        Runnable poll = () -> {
            hangs.countDown();
            try {
                goesOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        try (ReloadThread thread = new ReloadThread(poll, reloaded::countDown, said::add)) {
            thread.poll();
            hangs.await();
            for (int i = 0; i < 100; i++) {
                thread.poll();
            }
            thread.reload();
            assertEquals(1, reloaded.getCount());
            assertEquals(1, said.size());
            goesOn.countDown();
            reloaded.await();
        }
    }

    @Test
    void reloadsWhenItIsAskedTo() throws Exception {
        CountDownLatch reloaded = new CountDownLatch(1);
        try (ReloadThread thread = new ReloadThread(() -> { }, reloaded::countDown, said::add)) {
            thread.poll();
            thread.reload();
            reloaded.await();
        }
    }
}
