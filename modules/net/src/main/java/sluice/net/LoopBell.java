package sluice.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * Wakes a thread that waits in a {@link Selector}, without any monitor.
 *
 * <p>{@link Selector#wakeup} takes one. A virtual thread that waits for a monitor is handed on by one thread of Java's, which tells
 * the virtual thread's scheduler. Where the scheduler is a loop of ours, that thread has to wake the loop; behind a virtual thread
 * that waits for the same monitor it would wait for itself, and with it every virtual thread of the process that waits for any
 * monitor (decision 0193). A byte in a pipe needs none.
 */
final class LoopBell implements Runnable, AutoCloseable {
    private final Pipe pipe;
    /** Any byte; whoever rings writes from a view of its own. */
    private final ByteBuffer stroke = ByteBuffer.allocateDirect(1);
    /** Only for the thread that waits. */
    private final ByteBuffer heard = ByteBuffer.allocateDirect(64);

    /** A bell that {@code selector} hears. */
    LoopBell(Selector selector) throws IOException {
        pipe = Pipe.open();
        pipe.sink().configureBlocking(false);
        pipe.source().configureBlocking(false);
        pipe.source().register(selector, SelectionKey.OP_READ, this);
    }

    /** The selector's thread wakes, or does not begin to wait. For every thread. */
    void ring() {
        try {
            // A full pipe takes none, and wakes all the same.
            pipe.sink().write(stroke.duplicate());
        } catch (ClosedChannelException e) {
            // The loop has ended.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The selector has heard it; on its thread. */
    @Override
    public void run() {
        try {
            int count = heard.capacity();
            while (count == heard.capacity()) {
                count = pipe.source().read(heard.clear());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        pipe.sink().close();
        pipe.source().close();
    }
}
