package sluice.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ProbeTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(1);

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    /** Passes bytes on, and takes three milliseconds for it. */
    private final class SlowGateway implements Probe.Opened {
        private static final long TAKES_NANOS = 3_000_000;

        private final ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        private final URI upstream;

        SlowGateway(URI upstream) throws IOException {
            this.upstream = upstream;
            opened.incrementAndGet();
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            try {
                while (true) {
                    Socket client = listener.accept();
                    Socket call = new Socket(upstream.getHost(), upstream.getPort());
                    Thread.ofVirtual().start(() -> pass(client, call, TAKES_NANOS));
                    Thread.ofVirtual().start(() -> pass(call, client, 0));
                }
            } catch (IOException e) {
                // closed
            }
        }

        private static void pass(Socket from, Socket to, long nanos) {
            byte[] buffer = new byte[65_536];
            try (from; to) {
                for (int count = from.getInputStream().read(buffer); count > 0; count = from.getInputStream().read(buffer)) {
                    long until = System.nanoTime() + nanos;
                    while (System.nanoTime() - until < 0) {
                        LockSupport.parkNanos(until - System.nanoTime());
                    }
                    to.getOutputStream().write(buffer, 0, count);
                }
            } catch (IOException e) {
                // one of them has left
            }
        }

        @Override
        public int port() {
            return listener.getLocalPort();
        }

        @Override
        public void close() {
            closed.incrementAndGet();
            try {
                listener.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private Probe probe(Probe.Opener opener, Probe.Pace pace) {
        return new Probe(opener, pace, System::nanoTime);
    }

    private static AddedTime awaitMeasured(Probe probe, boolean watching) {
        AddedTime added = probe.ask(watching);
        while (added.state() != AddedTime.State.MEASURED) {
            Thread.onSpinWait();
            added = probe.ask(watching);
        }
        return added;
    }

    @Test
    void findsWhatAGatewayAdds() {
        try (Probe probe = probe(SlowGateway::new, new Probe.Pace(SHORT, SHORT, LONG, LONG))) {
            AddedTime added = awaitMeasured(probe, false);
            assertTrue(added.throughP50Nanos() >= SlowGateway.TAKES_NANOS, added.toString());
            assertTrue(added.throughP50Nanos() > added.directP50Nanos(), added.toString());
            assertEquals(added.throughP50Nanos() - added.directP50Nanos(), added.p50().nanos());
        }
        assertEquals(1, opened.get());
        assertEquals(1, closed.get());
    }

    @Test
    void doesNothingUntilItIsAskedAndNothingMoreWhenNobodyAsks() {
        try (Probe probe = probe(SlowGateway::new, new Probe.Pace(SHORT, SHORT, SHORT, Duration.ofMillis(20)))) {
            assertFalse(probe.isRunning());
            probe.ask(false);
            assertTrue(probe.isRunning());
            awaitEnd(probe);
            assertEquals(1, closed.get());
            probe.ask(true);
            assertTrue(probe.isRunning());
        }
        assertEquals(2, opened.get());
        assertEquals(2, closed.get());
    }

    private static void awaitEnd(Probe probe) {
        while (probe.isRunning()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void measuresMoreOftenAsSoonAsSomebodyLooksOn() {
        try (Probe probe = probe(SlowGateway::new, new Probe.Pace(SHORT, LONG, LONG, LONG))) {
            assertEquals(0, probe.ask(false).samples());
            assertTrue(awaitMeasured(probe, true).samples() >= ProbeTimes.FEWEST);
        }
    }

    @Test
    void endsAtOnceThoughItsNextExchangeIsFarOff() {
        Probe probe = probe(SlowGateway::new, new Probe.Pace(LONG, LONG, LONG, LONG));
        probe.ask(true);
        probe.close();
        assertFalse(probe.isRunning());
        assertEquals(opened.get(), closed.get());
        probe.ask(true);
        assertFalse(probe.isRunning(), "what is closed stays closed");
    }

    @Test
    void leavesAGatewayThatCannotBeOpenedAloneForAWhile() {
        AtomicInteger tries = new AtomicInteger();
        Probe.Opener broken = upstream -> {
            tries.incrementAndGet();
            throw new IOException("no port");
        };
        try (Probe probe = probe(broken, new Probe.Pace(SHORT, SHORT, LONG, LONG))) {
            probe.ask(true);
            awaitEnd(probe);
            assertEquals(AddedTime.State.MEASURING, probe.ask(true).state());
            assertFalse(probe.isRunning());
        }
        assertEquals(1, tries.get());
    }

    @Test
    void givesUpOnAGatewayThatDoesNotAnswer() {
        AtomicInteger visits = new AtomicInteger();
        Probe.Opener mute = upstream -> new Mute(visits);
        try (Probe probe = probe(mute, new Probe.Pace(SHORT, SHORT, LONG, LONG))) {
            probe.ask(true);
            awaitEnd(probe);
            assertEquals(0, probe.ask(true).samples());
        }
        assertEquals(3, visits.get());
    }

    /** Closes each connection. */
    private static final class Mute implements Probe.Opened {
        private final ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());

        Mute(AtomicInteger visits) throws IOException {
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        listener.accept().close();
                        visits.incrementAndGet();
                    }
                } catch (IOException e) {
                    // closed
                }
            });
        }

        @Override
        public int port() {
            return listener.getLocalPort();
        }

        @Override
        public void close() {
            try {
                listener.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Test
    void isOffWithoutAGateway() {
        try (Probe probe = new Probe(Probe.Opener.NONE, Probe.Pace.USUAL, System::nanoTime)) {
            assertEquals(AddedTime.State.OFF, probe.ask(true).state());
            assertFalse(probe.isRunning());
        }
    }
}
