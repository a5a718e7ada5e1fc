package sluice.net;

import java.util.Optional;
import java.util.concurrent.Executor;

/** The scheduler of one virtual thread: the loop that it is on, which it may change. */
final class LoopScheduler implements Executor {
    /** Of a connection's thread. */
    private static final ScopedValue<LoopScheduler> HERE = ScopedValue.newInstance();

    private volatile EventLoop loop;

    LoopScheduler(EventLoop loop) {
        this.loop = loop;
    }

    /** The scheduler of the calling thread, if that serves a connection on a loop. */
    static Optional<LoopScheduler> here() {
        return HERE.isBound() ? Optional.of(HERE.get()) : Optional.empty();
    }

    /** Serves a connection on this scheduler's thread, which knows from now on where it is. */
    void serve(Runnable connection) {
        ScopedValue.where(HERE, this).run(connection);
    }

    EventLoop loop() {
        return loop;
    }

    /** The calling thread, which must be this scheduler's, goes on there. Its sockets stay where they are. */
    void moveTo(EventLoop next) {
        EventLoop former = loop;
        next.enter();
        loop = next;
        former.leave();
        // Whoever yields is handed to its scheduler.
        Thread.yield();
    }

    /** Takes a step of the thread; Java calls this when it may go on. */
    @Override
    public void execute(Runnable step) {
        loop.execute(step);
    }
}
