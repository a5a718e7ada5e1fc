package sluice.probe;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Measures what the gateway adds to a request, while somebody asks: a small request by turns straight to an upstream within
 * this process, and to the same upstream through a gateway. They are sent at random moments, a Poisson process, so that they meet
 * each state of the machine as often as it occurs (Wolff, Poisson arrivals see time averages, 1982). The gateway
 * is a second one within this process, under the same settings: it shares compiled code, heap, collector and processors with the
 * one that is measured, and nothing that anybody counts. Thread-safe.
 */
public final class Probe implements AutoCloseable {
    /** Of each connection, exchanges that are not counted: it is being opened, here or behind the gateway. */
    private static final int UNCOUNTED = 3;
    /** Faults one after another before it gives up until it is asked later. */
    private static final int MOST_FAULTS = 3;

    private final Opener opener;
    private final Pace pace;
    private final LongSupplier clock;
    private final ProbeTimes times;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Optional<Thread> running = Optional.empty();
    private long watchedNanos;
    private long askedNanos;
    /** After a fault it is left alone until then. */
    private long notBeforeNanos;
    private boolean closed;

    /**
     * A probe that waits to be asked.
     *
     * @param opener opens the gateway to be measured; {@link Opener#NONE}: nothing is measured
     * @param clock monotonic, nanoseconds
     */
    public Probe(Opener opener, Pace pace, LongSupplier clock) {
        this.opener = opener;
        this.pace = pace;
        this.clock = clock;
        times = new ProbeTimes(clock);
        askedNanos = clock.getAsLong();
        watchedNanos = askedNanos - pace.watchedFor.toNanos() - 1;
        notBeforeNanos = askedNanos;
    }

    /** Opens gateways. */
    @FunctionalInterface
    public interface Opener {
        /** Opens none: nothing is measured. */
        Opener NONE = upstream -> {
            throw new IOException("no gateway is measured");
        };

        /** A gateway whose only account is at {@code upstream}. */
        Opened open(URI upstream) throws IOException;
    }

    /** A gateway that is open. */
    public interface Opened extends AutoCloseable {
        /** Its port on 127.0.0.1. */
        int port();

        @Override
        void close();
    }

    /**
     * How often it measures.
     *
     * @param watched mean time between two exchanges of a kind while a person looks on
     * @param asked the same while only programs ask
     * @param watchedFor how long a look counts
     * @param askedFor how long a question counts; then everything is closed
     */
    public record Pace(Duration watched, Duration asked, Duration watchedFor, Duration askedFor) {
        /** Ten a second for a person; one a second for a scraper that comes every minute or two. */
        public static final Pace USUAL = new Pace(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(10),
                Duration.ofMinutes(3));
    }

    /**
     * What is known now; asking keeps the measurement going for a while. Does not wait.
     *
     * @param watching whether a person looks on
     */
    public AddedTime ask(boolean watching) {
        if (opener == Opener.NONE) {
            return AddedTime.OFF;
        }
        lock.lock();
        try {
            long now = clock.getAsLong();
            askedNanos = now;
            if (watching) {
                watchedNanos = now;
                changed.signalAll();
            }
            if (running.isEmpty() && !closed && now - notBeforeNanos >= 0) {
                begin(opener);
            }
        } finally {
            lock.unlock();
        }
        return times.now();
    }

    private void begin(Opener gateways) {
        try {
            running = Optional.of(Thread.ofPlatform().daemon().name("probe").start(() -> run(gateways)));
        } catch (OutOfMemoryError e) {
            fails(e); // the process may have no more threads
        }
    }

    /** Whether it is measuring now. */
    boolean isRunning() {
        lock.lock();
        try {
            return running.isPresent();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the measurement, if one is under way, and waits until nothing of it is left. */
    @Override
    public void close() {
        Optional<Thread> ending;
        lock.lock();
        try {
            closed = true;
            ending = running;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        ending.ifPresent(Probe::await);
    }

    private static void await(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Measures from the first question until nobody asks any more. */
    private void run(Opener gateways) {
        try (ProbeUpstream upstream = ProbeUpstream.start(); Opened gateway = gateways.open(upstream.baseUrl());
                Path direct = new Path(upstream.port()); Path through = new Path(gateway.port())) {
            while (pause()) {
                direct.exchange().ifPresent(times::addDirect);
                if (pause()) {
                    through.exchange().ifPresent(times::addThrough);
                }
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            fails(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.lock();
            try {
                running = Optional.empty();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Something is missing, and will be in a second too. */
    private void fails(Throwable reason) {
        System.getLogger("sluice.probe").log(System.Logger.Level.WARNING,
                "what the gateway adds cannot be measured for now (server.admin.probe): " + reason);
        lock.lock();
        try {
            notBeforeNanos = clock.getAsLong() + pace.askedFor.toNanos();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next exchange, which comes at once when somebody begins to look on; false if there is to be none. */
    private boolean pause() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            boolean watched = isWatched();
            long left = interval(watched ? pace.watched : pace.asked);
            while (left > 0 && isAsked() && (watched || !isWatched())) {
                left = changed.awaitNanos(left);
            }
            return isAsked();
        } finally {
            lock.unlock();
        }
    }

    private boolean isAsked() {
        return !closed && clock.getAsLong() - askedNanos <= pace.askedFor.toNanos();
    }

    private boolean isWatched() {
        return clock.getAsLong() - watchedNanos <= pace.watchedFor.toNanos();
    }

    /** An exponentially distributed time; two of them, on average, are the mean time between exchanges of a kind. */
    private static long interval(Duration mean) {
        double half = mean.toNanos() / 2.0;
        return (long) (-Math.log(1 - ThreadLocalRandom.current().nextDouble()) * half);
    }

    /** A way to the upstream, over one connection that is opened anew when it fails. */
    private static final class Path implements AutoCloseable {
        private final int port;
        private Optional<ProbeConnection> connection = Optional.empty();
        private int uncounted;
        private int faults;

        Path(int port) {
            this.port = port;
        }

        /** How long an exchange took; empty if it does not count. */
        Optional<Long> exchange() throws IOException {
            try {
                if (connection.isEmpty()) {
                    connection = Optional.of(new ProbeConnection(port));
                    uncounted = UNCOUNTED;
                }
                long took = connection.get().exchange();
                faults = 0;
                return uncounted-- > 0 ? Optional.empty() : Optional.of(took);
            } catch (IOException e) {
                close();
                if (++faults >= MOST_FAULTS) {
                    throw e;
                }
                return Optional.empty();
            }
        }

        @Override
        public void close() {
            connection.ifPresent(ProbeConnection::close);
            connection = Optional.empty();
        }
    }
}
