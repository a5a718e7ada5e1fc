package sluice.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Constructor;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One thread that waits for many sockets and runs the virtual threads that wait for them: it is their scheduler. While a
 * socket stays registered, waiting for it costs no system call of its own.
 *
 * <p>Java has no public way yet to give a virtual thread a scheduler. The constructor that its own tests use needs
 * {@code --add-opens java.base/java.lang=sluice.net}; without that, or in a Java that has changed it, {@link #open} is empty.
 */
final class EventLoop implements Executor, AutoCloseable {
    private static final Logger LOG = System.getLogger("sluice.streams");
    /** Steps of virtual threads between two looks at the sockets, so that one that never waits does not starve the others. */
    private static final int STEPS = 256;

    private final Selector selector;
    private final LoopBell bell;
    /** Only for the loop's thread. */
    private final ArrayDeque<Runnable> mine = new ArrayDeque<>();
    private final Queue<Runnable> others = new ConcurrentLinkedQueue<>();
    private final AtomicInteger streams = new AtomicInteger();
    private final Thread thread;
    private final Thread.Builder.OfVirtual virtual;
    /** Whether it waits for its sockets, or is about to, and nobody has woken it yet. */
    private final AtomicBoolean asleep = new AtomicBoolean();
    private volatile boolean closed;

    private EventLoop(String name, Constructor<?> builder) throws IOException, ReflectiveOperationException {
        virtual = ((Thread.Builder.OfVirtual) builder.newInstance(this)).name(name + "-stream");
        selector = Selector.open();
        bell = new LoopBell(selector);
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this::loop);
    }

    /** A loop with its thread; empty where Java does not allow it. */
    static Optional<EventLoop> open(String name) {
        try {
            Constructor<?> builder = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                    .getDeclaredConstructor(Executor.class);
            builder.setAccessible(true);
            EventLoop loop = new EventLoop(name, builder);
            loop.thread.start();
            return Optional.of(loop);
        } catch (ReflectiveOperationException | RuntimeException | IOException e) {
            LOG.log(Level.DEBUG, "no event loop", e);
            return Optional.empty();
        }
    }

    /** Streams that run here. */
    int streams() {
        return streams.get();
    }

    /**
     * Runs {@code stream} on a virtual thread of this loop while {@code socket} waits here, then {@code done} on the loop's thread.
     *
     * <p>Entering and leaving are steps of the loop's own thread. A virtual thread may be set aside while it holds the selector's
     * monitor, and the loop, which alone can continue it, would wait for that monitor for ever.
     */
    void start(LoopSocket socket, Runnable stream, Runnable done) {
        streams.incrementAndGet();
        Runnable end = () -> {
            socket.leave();
            streams.decrementAndGet();
            done.run();
        };
        execute(() -> {
            socket.enter(this);
            virtual.start(() -> {
                try {
                    stream.run();
                } finally {
                    execute(end);
                }
            });
        });
    }

    /** Takes a step of a virtual thread; Java calls this when one may go on. */
    @Override
    public void execute(Runnable step) {
        if (Thread.currentThread() == thread) {
            mine.add(step);
        } else {
            others.add(step);
            wakeUp();
        }
    }

    /** Makes the loop look at what has changed. For every thread, Java's own among them. */
    void wakeUp() {
        if (asleep.compareAndSet(true, false)) {
            bell.ring();
        }
    }

    /** Lets virtual threads of this loop wait for a channel, which must not block. On the loop's thread. */
    SelectionKey register(SocketChannel channel, Runnable whenReady) throws ClosedChannelException {
        return channel.register(selector, 0, whenReady);
    }

    /** Forgets keys that were cancelled, so that their channels can be registered again. On the loop's thread. */
    void forget() {
        try {
            selector.selectNow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void loop() {
        try (selector; bell) {
            while (!closed || streams.get() > 0) {
                takeOver();
                for (int i = 0; i < STEPS && !mine.isEmpty(); i++) {
                    run(mine.poll());
                }
                select();
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.ERROR, "an event loop has failed; its streams hang until their limits", e);
        }
    }

    /** A step that fails must not take the other streams with it. */
    private static void run(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a step of an event loop has failed", e);
        }
    }

    /** Steps that came from other threads get into line behind the loop's own. */
    private void takeOver() {
        for (Runnable step = others.poll(); step != null; step = others.poll()) {
            mine.add(step);
        }
    }

    private void select() throws IOException {
        asleep.set(true);
        if (mine.isEmpty() && others.isEmpty() && (!closed || streams.get() > 0)) {
            selector.select();
        } else {
            selector.selectNow();
        }
        asleep.set(false);
        for (SelectionKey key : selector.selectedKeys()) {
            run((Runnable) key.attachment());
        }
        selector.selectedKeys().clear();
    }

    /** Ends the loop when its last stream has ended. */
    @Override
    public void close() {
        closed = true;
        wakeUp();
    }
}
