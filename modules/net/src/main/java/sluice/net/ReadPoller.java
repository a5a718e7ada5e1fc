package sluice.net;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells when a socket that nobody reads has something to read, or has ended. One thread waits for all such sockets, where a virtual
 * thread parked in a read of each would hold 5 KB of stack; decision 0115. Java's own {@code Selector} would need sockets that do
 * not block, and these are written to by code that does.
 *
 * <p>It works on Linux where the launcher allows native access and exports {@code sun.nio.ch} to this module; elsewhere
 * {@link #whenReadable} says no. Opens nothing before it is first asked. Thread-safe.
 */
public final class ReadPoller implements AutoCloseable {
    private static final Logger LOG = System.getLogger("sluice.net");
    private static final Optional<Method> DESCRIPTOR = descriptorMethod();

    private enum State { NEW, RUNNING, UNAVAILABLE, CLOSED }

    private final Map<Long, Runnable> waiting = new ConcurrentHashMap<>();
    private final AtomicLong tokens = new AtomicLong();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile State state = State.NEW;
    /** Only while running. */
    private volatile Optional<NativeEpoll> epoll = Optional.empty();

    /** A poller that is not open yet. */
    public ReadPoller() {
        // nothing is held before the first socket
    }

    private static Optional<Method> descriptorMethod() {
        try {
            Method method = Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal");
            method.setAccessible(true);
            return Optional.of(method);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.log(Level.DEBUG, "no descriptors of sockets", e);
            return Optional.empty();
        }
    }

    /** Takes back what {@link #whenReadable} was asked for; what has begun goes on. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Runs {@code action} once, on the poller's thread, which it must not keep, as soon as a read of {@code channel} would not wait.
     * A channel has one action, the latest. The caller sees to it that the channel is not closed meanwhile: its descriptor
     * might be another's by then.
     *
     * @return empty if it cannot be done here
     */
    public Optional<Registration> whenReadable(SocketChannel channel, Runnable action) {
        if (!running()) {
            return Optional.empty();
        }
        long token = tokens.getAndIncrement();
        waiting.put(token, action);
        if (!epoll.map(open -> open.arm(descriptor(channel), token)).orElse(false) || state != State.RUNNING) {
            return waiting.remove(token) == null ? Optional.of(() -> { }) : Optional.empty();
        }
        return Optional.of(() -> waiting.remove(token));
    }

    /** Whether {@link #descriptor} can tell, and functions of the system can be called. */
    static boolean hasDescriptors() {
        return DESCRIPTOR.isPresent() && ReadPoller.class.getModule().isNativeAccessEnabled();
    }

    /** The number by which the system knows a channel. */
    static int descriptor(SelectableChannel channel) {
        try {
            return (int) DESCRIPTOR.orElseThrow().invoke(channel);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean running() {
        if (state != State.NEW) {
            return state == State.RUNNING;
        }
        lock.lock();
        try {
            if (state == State.NEW) {
                state = open() ? State.RUNNING : State.UNAVAILABLE;
            }
            return state == State.RUNNING;
        } finally {
            lock.unlock();
        }
    }

    private boolean open() {
        if (!hasDescriptors()) {
            return false;
        }
        try {
            NativeEpoll opened = new NativeEpoll();
            epoll = Optional.of(opened);
            Thread.ofPlatform().daemon().name("sluice-read-poller").start(() -> run(opened));
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "no poller of our own", e);
            return false;
        }
    }

    private void run(NativeEpoll opened) {
        try (opened) {
            boolean undisturbed = true;
            while (undisturbed) {
                undisturbed = opened.tell(opened.await(true), (token, events) -> readable(token));
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.ERROR, "the poller of client connections has failed; each is watched by a thread of its own now", e);
            state = State.UNAVAILABLE;
            waiting.keySet().forEach(this::readable);
        }
    }

    private void readable(long token) {
        Runnable action = waiting.remove(token);
        if (action != null) {
            action.run();
        }
    }

    /** Ends the thread; actions that wait are forgotten. */
    @Override
    public void close() {
        lock.lock();
        try {
            boolean wasRunning = state == State.RUNNING;
            state = State.CLOSED;
            waiting.clear();
            if (wasRunning) {
                epoll.ifPresent(NativeEpoll::wake);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Sockets that wait now. */
    int waiting() {
        return waiting.size();
    }
}
