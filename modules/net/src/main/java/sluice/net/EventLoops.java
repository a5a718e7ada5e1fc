package sluice.net;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.System.Logger;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import sluice.api.ByteSource;

/**
 * Serves connections and relays streams on event loops: a few threads that each wait for many sockets, and run the virtual thread
 * of a connection themselves as soon as its socket has bytes. Java's shared scheduler takes two threads for that, one that waits
 * and one that runs, and waking one from the other costs more than relaying an event does; decisions 0044 and 0245 have the figures.
 *
 * <p>The thread of a connection on a loop relays its streams itself. A stream that another thread asks for runs on a loop of its own
 * choice if its source is a {@link LinkSource} over a socket of the {@link Dialer}, and otherwise on that thread; so does everything
 * where Java does not open what {@link EventLoop} needs. Thread-safe.
 */
public final class EventLoops implements StreamThreads {
    private static final Logger LOG = System.getLogger("sluice.streams");
    private final List<EventLoop> loops;
    private final LoopChoice<EventLoop> choice;

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
            EventLoops loops = new EventLoops(Runtime.getRuntime().availableProcessors());
            if (loops.loops.isEmpty()) {
                LOG.log(Level.WARNING, "streams share the threads of requests: event loops need the option"
                        + " --add-opens java.base/java.lang=sluice.net, which the image's launcher gives");
            }
            return loops;
        }
    }

    /** At most {@code count} loops; none where Java does not let virtual threads have a scheduler of ours. */
    EventLoops(int count) {
        List<EventLoop> opened = new ArrayList<>();
        while (opened.size() < count) {
            Optional<EventLoop> loop = EventLoop.open(opened.size());
            if (loop.isEmpty()) {
                break;
            }
            opened.add(loop.get());
        }
        loops = List.copyOf(opened);
        loops.forEach(loop -> loop.begin(loops));
        choice = new LoopChoice<>(loops, System::nanoTime);
    }

    @Override
    public Socket socket(SocketChannel channel) throws IOException {
        return loops.isEmpty() ? channel.socket() : new LoopSocket(channel);
    }

    @Override
    public void serve(Socket socket, Runnable connection) {
        if (socket instanceof LoopSocket loop) {
            choice.forNewcomer().serve(loop, connection);
        } else {
            Thread.ofVirtual().name("client").start(connection);
        }
    }

    @Override
    public boolean move() {
        Optional<LoopScheduler> here = LoopScheduler.here();
        if (here.isEmpty()) {
            return false;
        }
        EventLoop current = here.get().loop();
        EventLoop better = choice.insteadOf(current);
        if (better == current) {
            return false;
        }
        here.get().moveTo(better);
        return true;
    }

    @Override
    public void aside(Work work) throws IOException, InterruptedException {
        if (EventLoop.here().isEmpty()) {
            work.run();
        } else {
            new Aside(work).await();
        }
    }

    @Override
    public <T> T run(ByteSource source, Supplier<T> relay) {
        if (loops.isEmpty() || EventLoop.here().isPresent() || !(source instanceof LinkSource linked)
                || !(linked.link() instanceof SocketLink link)) {
            return relay.get();
        }
        Optional<LoopSocket> socket = link.loopSocket();
        return socket.isPresent() ? run(source, socket.get(), relay) : relay.get();
    }

    private <T> T run(ByteSource source, LoopSocket socket, Supplier<T> relay) {
        EventLoop loop = choice.forNewcomer();
        Outcome<T> outcome = new Outcome<>();
        CountDownLatch done = new CountDownLatch(1);
        loop.start(socket, () -> outcome.take(relay), done::countDown);
        if (Uninterrupted.await(done, source::abort)) {
            Thread.currentThread().interrupt();
        }
        return outcome.get();
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
