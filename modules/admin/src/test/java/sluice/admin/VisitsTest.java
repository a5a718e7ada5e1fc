package sluice.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class VisitsTest {
    private final AtomicLong now = new AtomicLong();
    private final Visits visits = new Visits(now::get);

    @Test
    void whoDoesNotReadLosesTheConnection() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort()); Socket accepted = server.accept()) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch ended = new CountDownLatch(1);
            Thread.startVirtualThread(() -> {
                try (Visits.Visit visit = visits.begin()) {
                    begun.countDown();
                    while (!visit.isEnded()) {
                        accepted.getOutputStream().write(new byte[64 * 1024]);
                    }
                } catch (IOException e) {
                    // That is how a write ends that blocks; one that does not is followed by a look at the visit.
                } finally {
                    ended.countDown();
                }
            });
            begun.await();
            now.addAndGet(Visits.LIMIT_NANOS);
            visits.sweep();
            assertEquals(1, ended.getCount());
            now.incrementAndGet();
            visits.sweep();
            ended.await();
            assertTrue(client.isConnected());
        }
    }

    @Test
    void whoGoesOnStaysAndWhatIsOverIsNotInterrupted() {
        Visits.Visit visit = visits.begin();
        now.addAndGet(Visits.LIMIT_NANOS + 1);
        visit.progress();
        visits.sweep();
        assertFalse(visit.isEnded());
        visit.close();
        visit.end();
        assertFalse(Thread.interrupted());
    }

    @Test
    void theInterruptionIsForTheVisitAlone() {
        Visits.Visit visit = visits.begin();
        visit.end();
        visit.close();
        assertFalse(Thread.interrupted());
    }
}
