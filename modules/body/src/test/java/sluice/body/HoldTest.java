package sluice.body;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.ByteSource;
import sluice.api.ClientSink;
import sluice.api.RelayOptions;
import sluice.api.RelayOptions.Commit;
import sluice.api.RelayOutcome;
import sluice.api.Sweeper;

/** What goes out of an answer, and when, while it may still turn out to be a failure. */
class HoldTest {
    private static final String FAILED = """
            {"id":"r","object":"response","model":"m","status":"failed","background":false,
             "error":{"code":"server_is_overloaded","message":"busy"},"output":[]}""";
    private static final String WELL = FAILED.replace("failed", "completed")
            .replace("{\"code\":\"server_is_overloaded\",\"message\":\"busy\"}", "null");
    private static final RelayOutcome.StreamError OVERLOADED = new RelayOutcome.StreamError(0, "server_is_overloaded", "", "busy");

    private static final ByteSource.Broken CUT = new ByteSource.Broken(ByteSource.Broken.Cause.CUT, "x");

    private final List<Sweeper.Watched> watched = new CopyOnWriteArrayList<>();
    private final RecordingSink sink = new RecordingSink();

    @ParameterizedTest
    @ValueSource(strings = {"%s", "{\"type\":\"response.failed\",\"response\":%s}",
        "{\"error\":{\"code\":\"server_is_overloaded\",\"message\":\"busy\"}}"})
    void refusesAFailureWhereverItIsSplit(String shape) {
        byte[] answer = bytes(shape.formatted(FAILED));
        for (int piece = 1; piece <= answer.length; piece++) {
            RelayOutcome outcome = relay(PiecewiseSource.slow(answer, piece), sink, Commit.FIRST_OUTPUT, true);
            assertEquals(OVERLOADED, assertInstanceOf(RelayOutcome.RefusedBeforeOutput.class, outcome).error());
            assertEquals("", sink.text(), "pieces of " + piece);
            assertEquals(0, outcome.report().flushes());
            assertTrue(watched.isEmpty());
        }
    }

    @Test
    void passesAFailureThatNobodyElseCanMend() {
        RelayOutcome outcome = relay(PiecewiseSource.slow(bytes(FAILED), 10), sink, Commit.FIRST_OUTPUT, false);
        assertEquals(OVERLOADED, assertInstanceOf(RelayOutcome.Completed.class, outcome).report().error());
        assertEquals(restored(FAILED), sink.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"status\":\"completed\"", "\"status\":\"queued\"", "\"error\":null"})
    void holdsNoLongerThanUntilItIsKnown(String known) {
        String answer = "{" + known + ", \"output\":[1,2,3]}";
        relay(PiecewiseSource.slow(bytes(answer), known.length() + 2), sink, Commit.FIRST_OUTPUT, true);
        assertEquals(answer, sink.text());
        assertEquals(1 + (answer.length() - 1) / (known.length() + 2), sink.writes());
    }

    @Test
    void holdsWhatDoesNotSayHowItEnded() {
        String answer = "{\"id\":\"r\",\"output\":[" + "1,".repeat(1000) + "2]}";
        relay(PiecewiseSource.slow(bytes(answer), 10), sink, Commit.FIRST_OUTPUT, true);
        assertEquals(answer, sink.text());
        assertEquals(1, sink.writes());
    }

    @Test
    void holdsNoMoreThanAllowed() {
        String answer = "{\"id\":\"r\",\"output\":[" + "1,".repeat(5000) + "2],\"error\":{\"code\":\"server_error\"}}";
        RelayOutcome outcome = relay(PiecewiseSource.slow(bytes(answer), 100), sink, Commit.FIRST_OUTPUT, true);
        assertInstanceOf(RelayOutcome.Completed.class, outcome);
        assertEquals(answer, sink.text());
        assertTrue(sink.writes() > 50, "writes: " + sink.writes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "[{\"a\":1}]", "7 and more", "", " \n ", "{\"id\":\"r\"", "{\"id\":\"r"})
    void whatIsNoWholeObjectIsNoAnswer(String answer) {
        // Half an object that waits for its rest cannot be told from one that never gets it, once its head is out.
        boolean half = answer.startsWith("{");
        for (Commit commit : half ? new Commit[] {Commit.FIRST_OUTPUT} : Commit.values()) {
            RecordingSink own = new RecordingSink();
            RelayOutcome outcome = relay(PiecewiseSource.ready(bytes(answer), 4), own, commit, true);
            assertEquals(RelayOutcome.Cause.NO_ANSWER, assertInstanceOf(RelayOutcome.BrokeOff.class, outcome).cause());
            assertEquals(0, own.writes());
        }
    }

    @Test
    void holdsNothingThatIsBrokenJson() {
        String answer = "{\"id\" 5";
        RelayOutcome outcome = relay(PiecewiseSource.failing(bytes(answer), CUT), sink, Commit.FIRST_OUTPUT, true);
        assertTrue(outcome.report().flushes() > 0);
        assertEquals(answer, sink.text());
    }

    @Test
    void sendsNothingOfAHeadThatIsCutOff() {
        RelayOutcome outcome = relay(PiecewiseSource.failing(bytes("{\"id\":\"r\","), CUT), sink, Commit.FIRST_OUTPUT, true);
        assertEquals(0, assertInstanceOf(RelayOutcome.BrokeOff.class, outcome).report().flushes());
        assertEquals("", sink.text());
    }

    @Test
    void refusesWithoutHoldingWhatItKnowsBeforeItsFirstWrite() {
        int known = FAILED.indexOf("},") + 1;
        assertInstanceOf(RelayOutcome.RefusedBeforeOutput.class,
                relay(PiecewiseSource.slow(bytes(FAILED), known), sink, Commit.FIRST_EVENT, true));
        assertEquals("", sink.text());
        assertInstanceOf(RelayOutcome.Completed.class,
                relay(PiecewiseSource.slow(bytes(FAILED), known - 1), sink, Commit.FIRST_EVENT, true));
        assertEquals(restored(FAILED), sink.text());
    }

    @Test
    void sendsWhatItHeldForTooLongWhileItWaits() {
        for (String answer : List.of(FAILED, WELL)) {
            for (int first = 1; first < answer.indexOf("\"error\""); first++) {
                WaitingSource source = new WaitingSource(answer, first, Integer.MAX_VALUE);
                RelayOutcome outcome = relay(source, source, Commit.FIRST_OUTPUT, true);
                // an error that comes after the release is relayed
                assertEquals(answer.equals(FAILED) ? OVERLOADED : RelayOutcome.StreamError.NONE,
                        assertInstanceOf(RelayOutcome.Completed.class, outcome).report().error());
                assertEquals(restored(answer), source.out.text(), "released after " + first);
                assertEquals(source.out.writes(), outcome.report().flushes());
            }
        }
    }

    @Test
    void noticesAClientThatLeftWhileItWaited() {
        WaitingSource source = new WaitingSource(WELL, 20, 0);
        RelayOutcome.BrokeOff broke = assertInstanceOf(RelayOutcome.BrokeOff.class,
                relay(source, source, Commit.FIRST_OUTPUT, true));
        assertEquals(RelayOutcome.Cause.CLIENT_GONE, broke.cause());
    }

    private RelayOutcome relay(ByteSource source, ClientSink client, Commit commit, boolean mayMoveOn) {
        return new JsonRelay().relay(source, client, RelayOptions.defaults(new HandSweeper())
                .withHeld(commit, 4096, Duration.ofSeconds(15)).withModel(new RelayOptions.Names("m", "fast"))
                .withMayMoveOn(error -> mayMoveOn).withClocks(() -> 0, System::currentTimeMillis));
    }

    private static String restored(String answer) {
        return answer.replace("\"model\":\"m\"", "\"model\":\"fast\"");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A client, and an upstream that says the rest only when the client has something, or is to leave. */
    private final class WaitingSource implements ByteSource, ClientSink {
        private final RecordingSink out;
        private final byte[] answer;
        private final int first;
        private final CountDownLatch written = new CountDownLatch(1);
        private int position;

        private WaitingSource(String answer, int first, int leavesAtWrite) {
            this.answer = bytes(answer);
            this.first = first;
            out = new RecordingSink(leavesAtWrite);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (position == answer.length) {
                return -1;
            }
            if (position == first) {
                watched.forEach(one -> one.sweep(Duration.ofSeconds(14).toNanos()));
                watched.forEach(one -> one.sweep(Duration.ofSeconds(15).toNanos()));
                try {
                    written.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            int count = Math.min(length, position < first ? first - position : answer.length - position);
            System.arraycopy(answer, position, target, offset, count);
            position += count;
            return count;
        }

        @Override
        public void write(byte[] buffer, int offset, int length, boolean atBoundary) throws ClientSink.Gone {
            try {
                out.write(buffer, offset, length, atBoundary);
            } finally {
                written.countDown();
            }
        }

        @Override
        public boolean ready() {
            return false;
        }

        @Override
        public void abort() {
            throw new IllegalStateException("nobody aborts this");
        }

        @Override
        public void close() {
            // nothing to give back
        }
    }

    private final class HandSweeper implements Sweeper {
        @Override
        public Registration watch(Watched one) {
            watched.add(one);
            return () -> watched.remove(one);
        }

        @Override
        public void close() {
            // nothing runs
        }
    }
}
