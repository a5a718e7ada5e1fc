package sluice.config;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * Reads the configuration on a thread of its own: a file on a dead mount may keep its reader for ever, and must not keep the thread that
 * takes signals. What is asked for meanwhile waits, once. Thread-safe.
 */
public final class ReloadThread implements AutoCloseable {
    private final Runnable poll;
    private final Runnable reload;
    private final Consumer<String> say;
    private final BlockingQueue<Runnable> looks = new LinkedBlockingQueue<>(1);
    private final Thread thread;
    private volatile Optional<Runnable> asked = Optional.empty();
    private volatile boolean busy;

    /**
     * Nothing is read yet.
     *
     * @param poll looks whether a file has changed
     * @param reload reads all files again
     * @param say is told where an operator has to wait
     */
    public ReloadThread(Runnable poll, Runnable reload, Consumer<String> say) {
        this.poll = poll;
        this.reload = reload;
        this.say = say;
        thread = Thread.ofPlatform().daemon().name("reload").start(this::run);
    }

    /** Looks soon whether a file has changed, if nothing else waits. Does not block. */
    public void poll() {
        looks.offer(poll);
    }

    /** Reads all files again as soon as can be. Does not block. */
    public void reload() {
        if (busy) {
            say.accept("reload: the files are still being read; they are read again after that");
        }
        asked = Optional.of(reload);
        looks.offer(() -> { });
    }

    private void run() {
        try {
            while (true) {
                Runnable next = looks.take();
                busy = true;
                Optional<Runnable> first = asked;
                asked = Optional.empty();
                first.orElse(next).run();
                busy = false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Nothing more is begun. What is being read is not waited for. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
