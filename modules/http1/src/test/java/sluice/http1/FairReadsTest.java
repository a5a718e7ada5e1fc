package sluice.http1;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import sluice.net.Link;

/** Peers that always have more to say, more than there are processors, and somebody else from outside who wants one for a moment. */
class FairReadsTest {
    private static final byte[] REQUEST = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    /** Seconds of work, if nobody gave way. */
    private static final int MOST_STEPS = 10_000_000;

    private final AtomicBoolean served = new AtomicBoolean();
    private final int readers = 3 * Runtime.getRuntime().availableProcessors();
    private final CountDownLatch begun = new CountDownLatch(readers);

    /** Requests without end, and each read finds some. */
    private static final class EndlessLink implements Link {
        private int at;

        @Override
        public int read(byte[] target, int offset, int length) {
            for (int i = 0; i < length; i++) {
                target[offset + i] = REQUEST[at++ % REQUEST.length];
            }
            at %= REQUEST.length;
            return length;
        }

        @Override
        public boolean ready() {
            return true;
        }

        @Override
        public void write(byte[] source, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void finishOutput() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean secure() {
            return false;
        }

        @Override
        public void close() {
            // nothing to close
        }
    }

    /** One step of reading. */
    private interface Step {
        void take(HttpInput input, byte[] target) throws IOException;
    }

    private void whoReadsGivesWay(Step step) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Boolean> reader = () -> {
                HttpInput input = new HttpInput(new EndlessLink(), 16 * 1024);
                byte[] target = new byte[4 * 1024];
                begun.countDown();
                for (int i = 0; i < MOST_STEPS && !served.get(); i++) {
                    step.take(input, target);
                }
                return served.get();
            };
            List<Future<Boolean>> all = new ArrayList<>();
            for (int i = 0; i < readers; i++) {
                all.add(threads.submit(reader));
            }
            begun.await();
            Thread.ofVirtual().start(() -> served.set(true));
            for (Future<Boolean> one : all) {
                assertTrue(one.get(), "nobody else had the processor meanwhile");
            }
        }
    }

    @Test
    void whoReadsABodyThatAlwaysGoesOn() throws Exception {
        whoReadsGivesWay((input, target) -> input.read(target, 0, target.length));
    }

    @Test
    void whoAnswersRequestsThatAreAllHere() throws Exception {
        whoReadsGivesWay((input, target) -> input.readRequestHead());
    }
}
