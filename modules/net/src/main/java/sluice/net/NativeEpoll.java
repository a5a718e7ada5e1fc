package sluice.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * An epoll instance of Linux (epoll(7)), called by the foreign function interface. It does not mind whether others wait for the same
 * descriptor, nor how, and no call takes a monitor: where a virtual thread waits for one, its scheduler must not (decision 0245).
 * One thread waits; any thread adds descriptors, forgets them and wakes the one that waits.
 */
@SuppressWarnings("restricted") // the launcher allows it; ReadPoller asks first
final class NativeEpoll implements AutoCloseable {
    /** Something to read. */
    static final int READABLE = 0x1;
    /** Room to write. */
    static final int WRITABLE = 0x4;
    /** An error, a reset, or the end of what the peer sends: what is asked next will not wait. Told whether asked for or not. */
    static final int ENDED = 0x8 | 0x10 | 0x2000;

    private static final int PEER_ENDED = 0x2000;
    private static final int ONCE = 1 << 30;
    private static final int EDGES = 1 << 31;
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int ADD = 1;
    private static final int FORGET = 2;
    private static final int CHANGE = 3;
    private static final int INTERRUPTED = 4;
    private static final int MOST_EVENTS = 64;
    /** What the descriptor that wakes the waiting thread is known by. */
    private static final long WAKE_UP = -1;

    /** {@code struct epoll_event} is packed on x86-64 and nowhere else. */
    private static final long TOKEN_OFFSET = System.getProperty("os.arch").equals("amd64") ? 4 : 8;
    private static final long EVENT_BYTES = TOKEN_OFFSET + 8;
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE = Linker.Option.captureStateLayout()
            .varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final MethodHandle control = function("epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private final MethodHandle await = function("epoll_wait",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), ERRNO);
    private final MethodHandle raise = function("eventfd_write", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private final MethodHandle release = function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    /** Memory that is given back by the collector: an arena that can be closed is claimed and released at each call. */
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment events = arena.allocate(EVENT_BYTES * MOST_EVENTS, 8);
    private final MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
    private final int epoll;
    private final int wakeUp;

    /** Who is told what has become of a descriptor. */
    @FunctionalInterface
    interface Listener {
        /** What is known by {@code token} is ready; {@code events} are bits of {@link #READABLE}, {@link #WRITABLE} and {@link #ENDED}. */
        void ready(long token, int events);
    }

    /**
     * A new instance.
     *
     * @throws IOException if the system gives none
     * @throws UnsupportedOperationException if this is not Linux
     */
    NativeEpoll() throws IOException {
        try {
            epoll = (int) function("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT)).invokeExact(CLOSE_ON_EXEC);
            wakeUp = (int) function("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT)).invokeExact(0, CLOSE_ON_EXEC);
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        // Each write to it is an edge, so nobody has to read it.
        if (epoll < 0 || wakeUp < 0 || !control(ADD, wakeUp, READABLE | EDGES, WAKE_UP)) {
            throw new IOException("the system gives no epoll instance");
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        SymbolLookup lookup = linker.defaultLookup();
        return linker.downcallHandle(lookup.find(name).orElseThrow(() -> new UnsupportedOperationException("no " + name)), descriptor,
                options);
    }

    /** Whether {@code token} will be told once {@code descriptor} has something to read or has ended. What was armed before is void. */
    boolean arm(int descriptor, long token) {
        int once = READABLE | PEER_ENDED | ONCE;
        return control(ADD, descriptor, once, token) || control(CHANGE, descriptor, once, token);
    }

    /**
     * Whether {@code token} will be told of each change of {@code descriptor}, and of its present state, from now on until
     * {@link #forget} or until it is closed: of what comes, and of room where there was none.
     */
    boolean follow(int descriptor, long token) {
        return control(ADD, descriptor, READABLE | WRITABLE | PEER_ENDED | EDGES, token);
    }

    /** Nothing more is told of it, but for what the waiting thread is about to hear. */
    void forget(int descriptor) {
        control(FORGET, descriptor, 0, 0);
    }

    private boolean control(int operation, int descriptor, int interest, long token) {
        try (Arena own = Arena.ofConfined()) {
            MemorySegment event = own.allocate(EVENT_BYTES, 8);
            event.set(JAVA_INT, 0, interest);
            event.set(JAVA_LONG_UNALIGNED, TOKEN_OFFSET, token);
            return (int) control.invokeExact(epoll, operation, descriptor, event) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Looks for what has happened, and waits for it if {@code patient}. For one thread.
     *
     * @return how much there is to {@link #tell}
     * @throws IOException if the system refuses to wait
     */
    int await(boolean patient) throws IOException {
        int count;
        try {
            count = (int) await.invokeExact(state, epoll, events, MOST_EVENTS, patient ? -1 : 0);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        int error = count < 0 ? (int) ERRNO_VALUE.get(state, 0L) : 0;
        if (count < 0 && error != INTERRUPTED) {
            throw new IOException("epoll_wait fails with error " + error);
        }
        return count;
    }

    /**
     * Tells what the last {@link #await} has found. For the same thread.
     *
     * @return whether nobody had called {@link #wake} meanwhile
     */
    boolean tell(int count, Listener listener) {
        boolean undisturbed = true;
        for (int i = 0; i < count; i++) {
            long token = events.get(JAVA_LONG_UNALIGNED, i * EVENT_BYTES + TOKEN_OFFSET);
            if (token == WAKE_UP) {
                undisturbed = false;
            } else {
                listener.ready(token, events.get(JAVA_INT, i * EVENT_BYTES));
            }
        }
        return undisturbed;
    }

    /** The thread that waits goes on, or does not begin to wait. */
    void wake() {
        try {
            int _ = (int) raise.invokeExact(wakeUp, 1L);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Gives everything back; nobody may use it any more. For the thread that waits. */
    @Override
    public void close() {
        try {
            int _ = (int) release.invokeExact(wakeUp);
            int _ = (int) release.invokeExact(epoll);
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
