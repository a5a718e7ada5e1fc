package sluice.edge;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import sluice.http1.HttpInput;
import sluice.net.ReadPoller;

/**
 * Notices that a client leaves while its request is being answered: a read on the client's connection, on a thread of its own. It is
 * started once a {@link ReadPoller} says that there is something to read, or where none can say so. Bytes of a next request that
 * arrive meanwhile stay in the input, where the connection finds them.
 */
final class ClientWatch implements Runnable {
    /** Most bytes that are looked ahead. */
    private static final int LOOK_AHEAD_BYTES = 16 * 1024;

    private final HttpInput input;
    private final Runnable onGone;
    private final CountDownLatch done = new CountDownLatch(1);

    ClientWatch(HttpInput input, Runnable onGone) {
        this.input = input;
        this.onGone = onGone;
    }

    @Override
    public void run() {
        try {
            // Once, and no loop: after a byte has come, the connection must be able to go on with it at any time.
            if (!input.lookAhead(LOOK_AHEAD_BYTES)) {
                onGone.run();
            }
        } catch (IOException e) {
            onGone.run();
        } finally {
            done.countDown();
        }
    }

    /** Waits until the input may be read by another thread. */
    void await() throws InterruptedException {
        done.await();
    }
}
