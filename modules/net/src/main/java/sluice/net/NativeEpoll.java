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
import java.util.function.LongConsumer;

/**
 * An epoll instance of Linux (epoll(7)), called by the foreign function interface: it tells once that a descriptor has something to
 * read or has ended, and does not mind whether others wait for the same descriptor, nor how. One thread waits; any thread arms.
 */
@SuppressWarnings("restricted") // the launcher allows it; ReadPoller asks first
final class NativeEpoll implements AutoCloseable {
    private static final int CLOSE_ON_EXEC = 0x80000;
    private static final int ADD = 1;
    private static final int CHANGE = 3;
    /** Something to read, the peer's end; and then no more until armed again. Errors are always told. */
    private static final int READABLE_ONCE = 0x1 | 0x2000 | 1 << 30;
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

    private final MethodHandle control = function("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    private final MethodHandle await = function("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private final MethodHandle raise = function("eventfd_write", JAVA_INT, JAVA_INT, JAVA_LONG);
    private final MethodHandle release = function("close", JAVA_INT, JAVA_INT);
    private final Arena arena = Arena.ofShared();
    private final int epoll;
    private final int wakeUp;

    /**
     * A new instance.
     *
     * @throws IOException if the system gives none
     * @throws UnsupportedOperationException if this is not Linux
     */
    NativeEpoll() throws IOException {
        epoll = call(function("epoll_create1", JAVA_INT, JAVA_INT), CLOSE_ON_EXEC);
        wakeUp = call(function("eventfd", JAVA_INT, JAVA_INT, JAVA_INT), 0, CLOSE_ON_EXEC);
        if (epoll < 0 || wakeUp < 0 || !arm(wakeUp, WAKE_UP)) {
            throw new IOException("the system gives no epoll instance");
        }
    }

    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        Linker linker = Linker.nativeLinker();
        SymbolLookup lookup = linker.defaultLookup();
        return linker.downcallHandle(lookup.find(name).orElseThrow(() -> new UnsupportedOperationException("no " + name)),
                FunctionDescriptor.of(result, parameters), ERRNO);
    }

    /** Calls a function that needs no memory. */
    private static int call(MethodHandle function, Object... arguments) {
        try (Arena state = Arena.ofConfined()) {
            Object[] all = new Object[arguments.length + 1];
            all[0] = state.allocate(Linker.Option.captureStateLayout());
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            return (int) function.invokeWithArguments(all);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether {@code token} will be told once {@code descriptor} has something to read or has ended. What was armed before is void. */
    boolean arm(int descriptor, long token) {
        try (Arena own = Arena.ofConfined()) {
            MemorySegment event = own.allocate(EVENT_BYTES, 8);
            event.set(JAVA_INT, 0, READABLE_ONCE);
            event.set(JAVA_LONG_UNALIGNED, TOKEN_OFFSET, token);
            MemorySegment state = own.allocate(Linker.Option.captureStateLayout());
            return (int) control.invokeExact(state, epoll, ADD, descriptor, event) == 0
                    || (int) control.invokeExact(state, epoll, CHANGE, descriptor, event) == 0;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Waits, and tells tokens, until {@link #close}; then the instance is closed.
     *
     * @throws IOException if the system refuses to wait
     */
    void run(LongConsumer readable) throws IOException {
        try (arena) {
            MemorySegment events = arena.allocate(EVENT_BYTES * MOST_EVENTS, 8);
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            while (true) {
                int count = wait(events, state);
                for (int i = 0; i < count; i++) {
                    long token = events.get(JAVA_LONG_UNALIGNED, i * EVENT_BYTES + TOKEN_OFFSET);
                    if (token == WAKE_UP) {
                        return;
                    }
                    readable.accept(token);
                }
            }
        } finally {
            call(release, wakeUp);
            call(release, epoll);
        }
    }

    private int wait(MemorySegment events, MemorySegment state) throws IOException {
        int count;
        try {
            count = (int) await.invokeExact(state, epoll, events, MOST_EVENTS, -1);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        int error = count < 0 ? (int) ERRNO_VALUE.get(state, 0L) : 0;
        if (count < 0 && error != INTERRUPTED) {
            throw new IOException("epoll_wait fails with error " + error);
        }
        return count;
    }

    /** Lets {@link #run} end. */
    @Override
    public void close() {
        call(raise, wakeUp, 1L);
    }
}
