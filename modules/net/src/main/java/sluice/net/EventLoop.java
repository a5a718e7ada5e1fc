package sluice.net;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Constructor;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread that waits for many sockets and runs the virtual threads that wait for them: it is their scheduler. A socket is
 * followed once for as long as it stays here; waiting for it costs no system call of its own. While many wait for a step, a loop that has
 * nothing to do takes half of them ({@link StepLine}): their threads are there for that step, and their sockets stay here.
 *
 * <p>The loop's thread takes no monitor, and neither does who wakes it: a virtual thread that waits for a monitor is handed on by its
 * scheduler, which must not wait for the same one behind it (decision 0245).
 *
 * <p>Java has no public way yet to give a virtual thread a scheduler. The constructor that its own tests use needs
 * {@code --add-opens java.base/java.lang=sluice.net}; without that, in a Java that has changed it, or where {@link NativeEpoll} is not
 * to be had, {@link #open} is empty.
 */
final class EventLoop implements LoopChoice.Loop, AutoCloseable {
    private static final Logger LOG = System.getLogger("sluice.streams");
    /** After a failure, so that one that stays does not fill the log. */
    private static final long PAUSE_NANOS = 100_000_000;

    private final NativeEpoll epoll;
    private final Followed followed = new Followed();
    private final StepLine line;
    private final AtomicInteger streams = new AtomicInteger();
    private final Thread thread;
    private final int number;
    private final String streamName;
    private final Constructor<?> builder;
    private final Optional<EventLoop> self = Optional.of(this);
    private final IdleTime idle = new IdleTime();
    /** Who may take half of its line; written before its thread starts. */
    private List<EventLoop> others = List.of();
    private volatile boolean closed;

    private EventLoop(int number, Constructor<?> builder) throws IOException {
        this.number = number;
        this.builder = builder;
        String name = "sluice-loop-" + number;
        streamName = name + "-stream";
        epoll = new NativeEpoll();
        line = new StepLine(epoll::wake);
        thread = Thread.ofPlatform().daemon().name(name).unstarted(this::loop);
    }

    /** A loop that is to {@link #begin}; empty where Java or the system does not allow it. */
    static Optional<EventLoop> open(int number) {
        if (!ReadPoller.hasDescriptors()) {
            return Optional.empty();
        }
        try {
            Constructor<?> builder = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                    .getDeclaredConstructor(Executor.class);
            builder.setAccessible(true);
            EventLoop loop = new EventLoop(number, builder);
            loop.thread(new LoopScheduler(loop));
            return Optional.of(loop);
        } catch (ReflectiveOperationException | RuntimeException | IOException e) {
            LOG.log(Level.DEBUG, "no event loop", e);
            return Optional.empty();
        }
    }

    /** The loop that serves the calling thread's connection; empty for every other thread. */
    static Optional<EventLoop> here() {
        Optional<LoopScheduler> scheduler = LoopScheduler.here();
        return scheduler.isPresent() ? scheduler.get().loop().self : Optional.empty();
    }

    /** Starts the thread, which gives half of a long line to one of {@code others} that has nothing to do. Once. */
    void begin(List<EventLoop> others) {
        this.others = List.copyOf(others);
        thread.start();
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public int streams() {
        return streams.get();
    }

    @Override
    public long idleNanos(long nowNanos) {
        return idle.until(nowNanos);
    }

    /** Runs {@code stream} on a virtual thread of this loop while {@code socket} waits here, then {@code done}. */
    void start(LoopSocket socket, Runnable stream, Runnable done) {
        start(new LoopScheduler(this), socket, stream, done);
    }

    /** The same for a connection of a client: its thread knows that it is {@link #here}, and may move. */
    void serve(LoopSocket socket, Runnable connection) {
        LoopScheduler scheduler = new LoopScheduler(this);
        start(scheduler, socket, () -> scheduler.serve(connection), () -> { });
    }

    private void start(LoopScheduler scheduler, LoopSocket socket, Runnable stream, Runnable done) {
        enter();
        thread(scheduler).start(() -> {
            try {
                socket.enter(this);
                stream.run();
            } finally {
                socket.leave();
                scheduler.loop().leave();
                done.run();
            }
        });
    }

    private Thread.Builder.OfVirtual thread(LoopScheduler scheduler) {
        try {
            return ((Thread.Builder.OfVirtual) builder.newInstance(scheduler)).name(streamName);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the first one could be made", e);
        }
    }

    /** One more stream runs here. */
    void enter() {
        streams.incrementAndGet();
    }

    /** One fewer. */
    void leave() {
        streams.decrementAndGet();
    }

    /** Takes a step of a virtual thread that is scheduled here. */
    void execute(Runnable step) {
        if (Thread.currentThread() == thread) {
            line.add(step);
        } else {
            line.hand(step);
        }
    }

    /**
     * From now on {@code socket} is told what its channel is ready for, on the loop's thread. Nobody may be closing the channel meanwhile.
     *
     * @return by what {@link #forget} knows it
     * @throws IOException if the system refuses
     */
    int follow(SocketChannel channel, Followed.Socket socket) throws IOException {
        int place = followed.add(socket);
        if (!epoll.follow(ReadPoller.descriptor(channel), place)) {
            followed.remove(place);
            throw new IOException("the system does not tell of this socket");
        }
        return place;
    }

    /** The end of {@link #follow}. Nobody may be closing the channel meanwhile. */
    void forget(SocketChannel channel, int place) {
        if (channel.isOpen()) {
            epoll.forget(ReadPoller.descriptor(channel));
        }
        followed.remove(place);
    }

    private void loop() {
        try (epoll) {
            while (!closed || streams.get() > 0 || !line.hasEnded()) {
                turn();
            }
        }
    }

    /** One turn; whatever fails in it, the loop goes on, for hundreds of connections know no other. */
    private void turn() {
        try {
            int inLine = line.gather();
            if (inLine >= StepLine.LONG && isHelped()) {
                inLine = line.gather();
            }
            // Those that are in line now: one that gives way waits for the next look at the sockets.
            for (; inLine > 0; inLine--) {
                run(line.next());
            }
            look();
        } catch (IOException | RuntimeException | Error e) {
            LOG.log(Level.ERROR, "a turn of an event loop has failed", e);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** A step that fails must not take the other streams with it. */
    private static void run(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "a step of an event loop has failed", e);
        }
    }

    /** Whether another loop had nothing to do, and has taken half of the line. */
    private boolean isHelped() {
        for (EventLoop other : others) {
            if (other != this && line.giveHalfTo(other.line)) {
                return true;
            }
        }
        return false;
    }

    private void look() throws IOException {
        boolean nothing = line.sleeps() && (!closed || streams.get() > 0);
        if (nothing) {
            idle.begin(System.nanoTime());
        }
        int count;
        try {
            count = epoll.await(nothing);
        } finally {
            line.awake();
        }
        if (nothing) {
            idle.end(System.nanoTime());
        }
        epoll.tell(count, followed);
    }

    /** Ends the loop when its last stream has ended. */
    @Override
    public void close() {
        closed = true;
        execute(() -> { });
    }
}
