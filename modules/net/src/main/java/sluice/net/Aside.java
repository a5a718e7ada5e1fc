package sluice.net;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import sluice.net.StreamThreads.Work;

/**
 * Work that leaves its event loop: it runs on a virtual thread of Java's scheduler, and the loop's thread waits. Run once.
 */
final class Aside implements Runnable {
    private final Work work;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile Thread worker;
    private volatile boolean interrupted;
    /** Written before {@link #done}. */
    private Throwable failure;

    Aside(Work work) {
        this.work = work;
    }

    /** Runs it, and waits for its end; an interrupt of the caller is passed on. */
    void await() throws IOException, InterruptedException {
        // By a platform thread: a virtual thread that is made by another one takes over its scheduler.
        ForkJoinPool.commonPool().execute(() -> Thread.ofVirtual().name("aside").start(this));
        Uninterrupted.await(done, this::interrupt);
        switch (failure) {
            case null -> { }
            case IOException e -> throw e;
            case InterruptedException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    private void interrupt() {
        interrupted = true;
        Thread begun = worker;
        if (begun != null) {
            begun.interrupt();
        }
    }

    @Override
    public void run() {
        worker = Thread.currentThread();
        if (interrupted) {
            worker.interrupt();
        }
        try {
            work.run();
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            failure = e;
        } finally {
            done.countDown();
        }
    }
}
