package sluice.net;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import sluice.api.ByteSource;

/**
 * Relays streams on event loops: a few threads that each wait for many sockets, and run the virtual thread of a stream
 * themselves as soon as its socket has bytes. Java's shared scheduler takes two threads for that, one that waits and one that
 * runs, and waking one from the other costs more than relaying an event does; decision 0044 has the figures.
 *
 * <p>A stream whose source is no {@link LinkSource} over a socket of the {@link Dialer} runs on its caller's thread, and so do all
 * where Java does not open what {@link EventLoop} needs. Thread-safe.
 */
public final class EventLoops implements StreamThreads {
    private static final Logger LOG = System.getLogger("sluice.streams");
    /** Half of the cores: a loop is busy with streams alone, and requests need threads, too. */
    private static final int CORES_FOR_EACH = 2;

    private final EventLoop[] loops;

    /** Service provider {@code loop}. */
    public static final class Factory implements StreamThreads.Factory {
        /** For ServiceLoader. */
        public Factory() {
        }

        @Override
        public String name() {
            return "loop";
        }

        @Override
        public StreamThreads create() {
            int count = Math.max(1, Runtime.getRuntime().availableProcessors() / CORES_FOR_EACH);
            EventLoops loops = new EventLoops(count);
            if (loops.loops.length == 0) {
                LOG.log(Level.WARNING, "streams share the threads of requests: event loops need the option"
                        + " --add-opens java.base/java.lang=sluice.net, which the image's launcher gives");
            }
            return loops;
        }
    }

    /** At most {@code count} loops; none where Java does not let virtual threads have a scheduler of ours. */
    EventLoops(int count) {
        EventLoop[] opened = new EventLoop[count];
        int next = 0;
        for (; next < count; next++) {
            Optional<EventLoop> loop = EventLoop.open("sluice-loop-" + next);
            if (loop.isEmpty()) {
                break;
            }
            opened[next] = loop.get();
        }
        loops = Arrays.copyOf(opened, next);
    }

    @Override
    public <T> T run(ByteSource source, Supplier<T> relay) {
        if (loops.length == 0 || !(source instanceof LinkSource linked) || !(linked.link() instanceof SocketLink link)) {
            return relay.get();
        }
        Optional<LoopSocket> socket = link.loopSocket();
        return socket.isPresent() ? run(source, socket.get(), relay) : relay.get();
    }

    private <T> T run(ByteSource source, LoopSocket socket, Supplier<T> relay) {
        EventLoop loop = leastBusy();
        Outcome<T> outcome = new Outcome<>();
        CountDownLatch done = new CountDownLatch(1);
        loop.start(socket, () -> outcome.take(relay), done::countDown);
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                source.abort();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return outcome.get();
    }

    private EventLoop leastBusy() {
        EventLoop best = loops[0];
        for (EventLoop loop : loops) {
            if (loop.streams() < best.streams()) {
                best = loop;
            }
        }
        return best;
    }

    @Override
    public void close() {
        for (EventLoop loop : loops) {
            loop.close();
        }
    }

    /** What became of a relay; written by its thread and read after the latch. */
    private static final class Outcome<T> {
        private T value;
        private Throwable failure;

        private void take(Supplier<T> relay) {
            try {
                value = relay.get();
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }

        private T get() {
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof RuntimeException exception) {
                throw exception;
            }
            return value;
        }
    }
}
