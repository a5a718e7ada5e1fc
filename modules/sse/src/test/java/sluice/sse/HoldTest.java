package sluice.sse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.ClientSink;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome;
import sluice.api.RelayOutcome.BrokeOff;
import sluice.api.RelayOutcome.Completed;
import sluice.api.RelayOutcome.RefusedBeforeOutput;
import sluice.api.RelayOutcome.Resets;
import sluice.api.RelayOutcome.StreamError;
import sluice.testkit.HandSweeper;

/** When the first byte goes out, and what the limits do while the relay waits for its upstream. */
class HoldTest {
    private static final long AFTER_HOLD = Duration.ofSeconds(16).toNanos();
    private static final List<String> FRAMES = Streams.frames(3, "\n", true);
    private static final String OVERLOADED = Streams.frame("response.failed", 2, ",\"response\":{\"id\":\"resp_1\",\"status\":"
            + "\"failed\",\"error\":{\"code\":\"server_is_overloaded\",\"message\":\"try \\\"later\\\"\"}}");

    private final HandSweeper sweeper = new HandSweeper();
    private final RecordingSink sink = new RecordingSink();

    private static String joined(int from, int to) {
        return String.join("", FRAMES.subList(from, to));
    }

    private RelayOutcome relay(String stream, RelayOptions options) {
        byte[] bytes = Streams.bytes(stream);
        return new BatchingRelay().relay(ScriptedSource.cut(bytes, bytes.length, null, 100), sink, options);
    }

    @Test
    void holdsOpeningEventsUntilTheFirstOutput() {
        relay(String.join("", FRAMES), new Options(sweeper).firstOutputCommits(64 * 1024).build());
        assertEquals(joined(0, 5), sink.write(0), "four opening events and the first delta");
        assertEquals(String.join("", FRAMES), sink.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"event: keepalive\ndata: {\"type\":\"keepalive\",\"sequence_number\":2}\n\n",
        "data: {\"type\":\"response.metadata\",\"metadata\":{}}\n\n", "data: {\"type\":\"codex.rate_limits\",\"plan\":\"plus\"}\n\n",
        "data: {\"type\":\"response.web_search_call.searching\",\"item_id\":\"ws_1\"}\n\n", "data: {\"type\":\"brand.new\"}\n\n",
        "data: {}\n\n", ": a comment\n\n"})
    void whatIsNotKnownToCarryOutputDoesNotCommit(String heartbeat) {
        RelayOutcome outcome = relay(joined(0, 1) + heartbeat.repeat(3) + OVERLOADED,
                new Options(sweeper).firstOutputCommits(64 * 1024).build());
        assertEquals("server_is_overloaded", assertInstanceOf(RefusedBeforeOutput.class, outcome).error().code());
        assertEquals(0, sink.count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"response.output_text.done", "response.output_item.done", "response.refusal.delta",
        "response.image_generation_call.partial_image", "response.output_text.annotation.added", "response.audio.transcript.done"})
    void whatCarriesOutputCommits(String type) {
        String output = Streams.frame(type, 1, ",\"text\":\"a\"");
        RelayOutcome outcome = relay(joined(0, 1) + output + OVERLOADED, new Options(sweeper).firstOutputCommits(64 * 1024).build());
        assertInstanceOf(Completed.class, outcome);
        assertEquals(joined(0, 1) + output, sink.write(0));
    }

    private RelayOutcome held(String stream, boolean refuse) {
        return relay(stream, new Options(sweeper).firstOutputCommits(64 * 1024).mayMoveOn(error -> refuse).build());
    }

    private static final String WORDLESS = Streams.frame("response.failed", 2, ",\"response\":{\"id\":\"resp_1\",\"status\":\"failed\","
            + "\"error\":null}");
    private static final String REASON = "data: {\"type\":\"error\",\"error\":{\"code\":\"insufficient_quota\",\"message\":\"m\"}}\n\n";

    @Test
    void aFailureWithoutAWordWaitsForTheEventThatSaysWhy() {
        RelayOutcome outcome = held(joined(0, 1) + WORDLESS + REASON, true);
        assertEquals("insufficient_quota", assertInstanceOf(RefusedBeforeOutput.class, outcome).error().code());
        assertEquals(0, sink.count());
    }

    @Test
    void aFailureThatIsNeverExplainedGoesAsItIs() {
        assertInstanceOf(Completed.class, held(joined(0, 1) + WORDLESS, true));
        assertEquals(joined(0, 1) + WORDLESS, sink.text());
    }

    @Test
    void aFailureThatIsTheRequestsOwnGoesWithItsReason() {
        assertInstanceOf(Completed.class, held(joined(0, 1) + WORDLESS + REASON, false));
        assertEquals(joined(0, 1) + WORDLESS + REASON, sink.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"error\":{\"code\":\"usage_limit_reached\",\"message\":\"m\"}",
        "\"incomplete_details\":{\"reason\":\"usage_limit_reached\"}"})
    void aRefusalToldAsAnIncompleteResponseIsOne(String member) {
        String incomplete = Streams.frame("response.incomplete", 2, ",\"response\":{\"id\":\"resp_1\"," + member + "}");
        RelayOutcome outcome = held(joined(0, 1) + incomplete, true);
        assertEquals("usage_limit_reached", assertInstanceOf(RefusedBeforeOutput.class, outcome).error().code());
        assertInstanceOf(Completed.class, held(joined(0, 1) + incomplete, false));
        assertEquals(joined(0, 1) + incomplete, sink.text());
    }

    @Test
    void anErrorWithoutATypeIsOneWhileNothingIsOut() {
        String bare = "data: {\"error\":{\"code\":\"insufficient_quota\",\"message\":\"m\"}}\n\n";
        assertEquals("insufficient_quota", assertInstanceOf(RefusedBeforeOutput.class, held(joined(0, 1) + bare, true)).error().code());
        assertInstanceOf(BrokeOff.class, relay(joined(0, 5) + bare, new Options(sweeper).firstOutputCommits(64 * 1024).build()));
        assertTrue(sink.text().contains("response.failed"), "it is no end of the protocol");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"resets_at\":\"2026-02-27T08:27:39Z\"", "\"resets_at\":\"1772180859\"", "\"resets_at\":1772180859000",
        "\"resets_at\":1772180858.5", "\"resets_at\":1772180859,\"resets_in_seconds\":null", "\"reset_at\":1772180859"})
    void anErrorTellsWhenALimitEndsInManyForms(String told) {
        RelayOutcome outcome = relay("data: {\"type\":\"error\",\"error\":{\"code\":\"c\"," + told + "}}\n\n",
                new Options(sweeper).build());
        assertEquals(1_772_180_859, assertInstanceOf(RefusedBeforeOutput.class, outcome).error().resets().atEpochSeconds());
    }

    @Test
    void anErrorTellsAllItSaysAlsoInsideOfAnother() {
        RelayOutcome outcome = relay("data: {\"type\":\"error\",\"error\":{\"error\":{\"code\":\"c\",\"resets_in_seconds\":"
                + "\"299.5\"}}}\n\n", new Options(sweeper).build());
        StreamError error = assertInstanceOf(RefusedBeforeOutput.class, outcome).error();
        assertEquals(List.of("c", 300L), List.of(error.code(), error.resets().inSeconds()));
    }

    @Test
    void anErrorTellsTheJudgeAllItSays() {
        String limit = "data: {\"type\":\"error\",\"status\":429,\"error\":{\"type\":\"usage_limit_reached\",\"message\":\"The limit\","
                + "\"param\":\"input\",\"code\":null,\"resets_at\":null,\"resets_in_seconds\":300}}\n\n";
        RelayOutcome outcome = relay(limit, new Options(sweeper).build());
        assertEquals(new StreamError(429, "", "usage_limit_reached", "The limit", "input", new Resets(0, 300)),
                assertInstanceOf(RefusedBeforeOutput.class, outcome).error());
    }

    @Test
    void refusesAnErrorBehindOpeningEvents() {
        for (int buffer : new int[] {64, 300, 4096}) {
            RelayOutcome outcome = relay(joined(0, 2) + OVERLOADED,
                    new Options(sweeper).buffer(buffer).firstOutputCommits(64 * 1024).build());
            RefusedBeforeOutput refused = assertInstanceOf(RefusedBeforeOutput.class, outcome);
            assertEquals("server_is_overloaded", refused.error().code());
            assertEquals("try \"later\"", refused.error().message());
            assertEquals(0, sink.count());
        }
        assertEquals(0, sweeper.size());
    }

    @Test
    void relaysAnErrorThatMayNotBeRefused() {
        for (int buffer : new int[] {64, 300, 4096}) {
            RecordingSink own = new RecordingSink();
            byte[] stream = Streams.bytes(joined(0, 2) + OVERLOADED);
            RelayOutcome outcome = new BatchingRelay().relay(ScriptedSource.burst(stream), own, new Options(sweeper)
                    .buffer(buffer).firstOutputCommits(64 * 1024).mayMoveOn(error -> error.code().isEmpty()).build());
            assertInstanceOf(Completed.class, outcome);
            assertEquals("response.failed", outcome.report().terminal());
            assertEquals("server_is_overloaded", outcome.report().error().code());
            assertEquals(joined(0, 2) + OVERLOADED, own.text());
        }
    }

    @Test
    void judgesAnErrorLargerThanWhatIsHeldByItsBeginning() {
        String large = OVERLOADED.replace("}}\n\n", "},\"instructions\":\"" + "x".repeat(300_000)
                + "\"}}\n\n").replace("\"try \\\"later\\\"\"}}", "\"try \\\"later\\\"\"}");
        RelayOutcome refused = relay(large, new Options(sweeper).build());
        assertEquals("server_is_overloaded", assertInstanceOf(RefusedBeforeOutput.class, refused).error().code());
        assertEquals(0, sink.count());
        RelayOutcome relayed = relay(large, new Options(sweeper).mayMoveOn(error -> false).build());
        assertInstanceOf(Completed.class, relayed);
        assertEquals(large, sink.text());
    }

    @Test
    void doesNotHoldMoreBytesThanItMay() {
        relay(joined(0, 4) + OVERLOADED, new Options(sweeper).firstOutputCommits(1000).build());
        assertEquals(joined(0, 4) + OVERLOADED, sink.text());
    }

    @Test
    void releasesWhatIsHeldWhileItWaitsForTheUpstream() throws Exception {
        HandSource source = new HandSource();
        AtomicReference<RelayOutcome> outcome = new AtomicReference<>();
        Thread relay = Thread.ofVirtual().start(() -> outcome.set(
                new BatchingRelay().relay(source, sink, new Options(sweeper).firstOutputCommits(64 * 1024).build())));
        source.give(joined(0, 1));
        source.give(joined(1, 2) + "data: part");
        source.awaitReaderIsWaiting();
        assertEquals(0, sink.count());
        sweeper.sweep(AFTER_HOLD);
        sink.awaitWrites(1);
        assertEquals(joined(0, 2), sink.write(0));
        source.give("ial\n\n" + OVERLOADED);
        source.end();
        relay.join();
        assertInstanceOf(Completed.class, outcome.get(), "an error after the release is relayed");
        assertEquals(joined(0, 2) + "data: partial\n\n" + OVERLOADED, sink.text());
        assertEquals(sink.count(), outcome.get().report().flushes());
    }

    @Test
    void readsOnOnceOnlyForAClientThatLeftDuringTheRelease() throws Exception {
        HandSource source = new HandSource();
        CountDownLatch released = new CountDownLatch(1);
        AtomicReference<RelayOutcome> outcome = new AtomicReference<>();
        Thread relay = Thread.ofVirtual().start(() -> outcome.set(new BatchingRelay().relay(source, (buffer, from, length, boundary) -> {
            released.countDown();
            throw new ClientSink.Gone(false, "gone");
        }, new Options(sweeper).buffer(300).firstOutputCommits(64 * 1024).drain(Duration.ofSeconds(30), 1000).build())));
        source.give(joined(0, 1));
        source.awaitReaderIsWaiting();
        sweeper.sweep(AFTER_HOLD);
        released.await();
        source.give(Streams.text(100));
        source.end();
        relay.join();
        BrokeOff gone = assertInstanceOf(BrokeOff.class, outcome.get());
        assertEquals(RelayOutcome.Cause.CLIENT_GONE, gone.cause());
        assertTrue(gone.report().bytesIn() < 5000, gone.report().bytesIn() + " bytes of " + Streams.text(100).length());
    }

    @Test
    void releasesBeforeAnEventLargerThanTheBufferEndsAndThenTellsABreak() throws Exception {
        HandSource source = new HandSource();
        AtomicReference<RelayOutcome> outcome = new AtomicReference<>();
        Thread relay = Thread.ofVirtual().start(() -> outcome.set(new BatchingRelay().relay(source, sink,
                new Options(sweeper).buffer(128).firstOutputCommits(64 * 1024).build())));
        source.give(joined(0, 1) + FRAMES.get(1).substring(0, 400));
        source.awaitReaderIsWaiting();
        sweeper.sweep(AFTER_HOLD);
        sink.awaitWrites(1);
        assertEquals(joined(0, 1), sink.write(0));
        source.cut();
        relay.join();
        assertEquals(RelayOutcome.Cause.UPSTREAM_CUT, assertInstanceOf(BrokeOff.class, outcome.get()).cause());
        assertTrue(sink.text().startsWith(joined(0, 1) + "event: response.failed\n"), sink.text());
        assertTrue(sink.text().contains("\"sequence_number\":1,"));
    }

    @Test
    void firstOutputTooLateBreaksUnseen() throws Exception {
        HandSource source = new HandSource();
        AtomicReference<RelayOutcome> outcome = new AtomicReference<>();
        Thread relay = Thread.ofVirtual().start(() -> outcome.set(new BatchingRelay().relay(source, sink,
                new Options(sweeper).firstOutputCommits(64 * 1024).firstOutputWithin(Duration.ofSeconds(3)).build())));
        source.give(joined(0, 2));
        source.awaitReaderIsWaiting();
        sweeper.sweep(Duration.ofSeconds(2).toNanos());
        sweeper.sweep(Duration.ofSeconds(4).toNanos());
        relay.join();
        BrokeOff broken = assertInstanceOf(BrokeOff.class, outcome.get());
        assertEquals(RelayOutcome.Cause.FIRST_OUTPUT_TIMEOUT, broken.cause());
        assertEquals(0, broken.report().flushes());
        assertEquals(0, sink.count());
        assertEquals(0, sweeper.size());
    }

    @Test
    void firstOutputTooLateIsToldOnceTheFirstEventIsOut() throws Exception {
        HandSource source = new HandSource();
        AtomicReference<RelayOutcome> outcome = new AtomicReference<>();
        Thread relay = Thread.ofVirtual().start(() -> outcome.set(new BatchingRelay().relay(source, sink,
                new Options(sweeper).firstOutputWithin(Duration.ofSeconds(3)).build())));
        source.give(joined(0, 1));
        source.awaitReaderIsWaiting();
        sweeper.sweep(Duration.ofSeconds(4).toNanos());
        relay.join();
        assertInstanceOf(BrokeOff.class, outcome.get());
        assertTrue(sink.text().contains("\"x-sluice\":{\"code\":\"first_output_timeout\"}"), sink.text());
    }

    @Test
    void outputInTimeLiftsTheLimitAndTheEndOfTheStreamIsNotWaitedForForEver() throws Exception {
        HandSource source = new HandSource();
        AtomicReference<RelayOutcome> outcome = new AtomicReference<>();
        Thread relay = Thread.ofVirtual().start(() -> outcome.set(new BatchingRelay().relay(source, sink,
                new Options(sweeper).firstOutputWithin(Duration.ofSeconds(3)).build())));
        source.give(joined(0, 5));
        source.awaitReaderIsWaiting();
        sweeper.sweep(Duration.ofSeconds(4).toNanos());
        source.give(joined(5, FRAMES.size()));
        source.awaitReaderIsWaiting();
        sweeper.sweep(Duration.ofSeconds(4).toNanos());
        source.give("data: [DONE]\n\n");
        source.awaitReaderIsWaiting();
        sweeper.sweep(Duration.ofSeconds(6).toNanos());
        relay.join();
        assertInstanceOf(Completed.class, outcome.get());
        assertEquals(String.join("", FRAMES) + "data: [DONE]\n\n", sink.text());
    }

    @Test
    void endsAtOnceBehindTheTerminalEventIfItMayNotWait() {
        RelayOutcome outcome = relay(String.join("", FRAMES) + "data: late\n\n",
                new Options(sweeper).afterTerminal(Duration.ZERO).build());
        assertInstanceOf(Completed.class, outcome);
        assertTrue(sink.text().startsWith(String.join("", FRAMES)));
    }
}
