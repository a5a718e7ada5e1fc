package sluice.net;

import java.util.concurrent.CountDownLatch;

/** Waiting for somebody who works for the caller: an interrupt is for them, and does not end the wait. */
final class Uninterrupted {
    private Uninterrupted() {
    }

    /** Waits for {@code done}, and calls {@code interrupt} each time the caller is interrupted meanwhile; whether it was. */
    static boolean await(CountDownLatch done, Runnable interrupt) {
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
                interrupt.run();
            }
        }
    }
}
