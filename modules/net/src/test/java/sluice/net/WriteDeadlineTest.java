package sluice.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sluice.testkit.HandSweeper;

class WriteDeadlineTest {
    private static final long LIMIT = 1000;
    private static final int MUCH = 64 * 1024 * 1024;

    private final HandSweeper sweeper = new HandSweeper();
    private final AtomicLong clock = new AtomicLong(5);
    /** A permit for each look at the clock: a write has begun another piece. */
    private final Semaphore looks = new Semaphore(0);
    private Socket peer;
    private WriteDeadline link;

    @BeforeEach
    void connect() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Socket ours = new Socket(server.getInetAddress(), server.getLocalPort());
            peer = server.accept();
            link = new WriteDeadline(new SocketLink(ours), LIMIT, sweeper, () -> {
                looks.release();
                return clock.get();
            });
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        link.close();
        peer.close();
        assertEquals(0, sweeper.size());
    }

    private CompletableFuture<Void> write(int length) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                link.write(new byte[length], 0, length);
                done.complete(null);
            } catch (IOException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    @Test
    void aPeerThatTakesNothingEndsTheWrite() throws Exception {
        CompletableFuture<Void> writing = write(MUCH);
        looks.acquire();
        sweeper.sweep(clock.get() + LIMIT);
        assertFalse(link.late());
        while (!link.late()) {
            sweeper.sweep(clock.get() + LIMIT + 1);
            Thread.onSpinWait();
        }
        assertEquals(SocketTimeoutException.class, assertThrows(ExecutionException.class, writing::get).getCause().getClass());
    }

    @Test
    void aPeerThatTakesALittleAtATimeIsWaitedFor() throws Exception {
        CompletableFuture<Void> writing = write(MUCH);
        byte[] some = new byte[64 * 1024];
        for (int taken = 0; taken < MUCH; ) {
            taken += peer.getInputStream().read(some);
            looks.drainPermits();
            clock.addAndGet(LIMIT / 100);
        }
        writing.get();
        sweeper.sweep(clock.get() + 10 * LIMIT);
        assertFalse(link.late(), "nothing is being written");
    }

    @Test
    void withoutALimitAWriteMayWait() throws Exception {
        link.limit(0);
        CompletableFuture<Void> writing = write(MUCH);
        sweeper.sweep(Long.MAX_VALUE);
        assertEquals(MUCH, peer.getInputStream().readNBytes(MUCH).length);
        writing.get();
        assertFalse(link.late());
    }
}
