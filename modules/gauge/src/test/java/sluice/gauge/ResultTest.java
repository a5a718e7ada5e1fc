package sluice.gauge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sluice.simulator.SimulatedUpstream;

class ResultTest {
    private static final List<Sample> HUNDRED = IntStream.rangeClosed(1, 100)
            .mapToObj(i -> new Sample(101 - i, 1000 + i, 3)).toList();

    @Test
    void percentilesAreTheNearestRanks() {
        Result result = new Result();
        assertEquals(Optional.empty(), result.percentile(Sample::firstByteNanos, 50));
        result.add(new Round(HUNDRED, Map.of(), 1), Optional.empty());
        assertEquals(50, result.percentile(Sample::firstByteNanos, 50).orElseThrow());
        assertEquals(99, result.percentile(Sample::firstByteNanos, 99).orElseThrow());
        assertEquals(1100, result.percentile(Sample::totalNanos, 100).orElseThrow());
        assertEquals(1001, result.percentile(Sample::totalNanos, 0).orElseThrow());
    }

    @Test
    void roundsAddUp() {
        Result result = new Result();
        result.add(new Round(HUNDRED, Map.of("status 503", 2), 1_000_000_000), Optional.of(Duration.ofMillis(10)));
        result.add(new Round(HUNDRED, Map.of("status 503", 1), 1_000_000_000), Optional.of(Duration.ofMillis(30)));
        assertEquals(200, result.answered());
        assertEquals(3, result.failed());
        assertEquals(100, result.perSecond());
        assertEquals(300, result.eventsPerSecond());
        assertEquals(Duration.ofNanos(200_000), result.cpuPerRequest().orElseThrow());
    }

    @Test
    void timesCountFromWhenARequestWasDue() throws IOException {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); Side side = new Side("direct", upstream.baseUri(), "")) {
            long late = Duration.ofHours(1).toNanos();
            Sample sample = side.call("{\"model\":\"m\",\"input\":\"x\"}".getBytes(StandardCharsets.UTF_8), System.nanoTime() - late);
            assertTrue(sample.firstByteNanos() > late && sample.totalNanos() >= sample.firstByteNanos(), sample::toString);
        }
    }

    @Test
    void aConnectionServesManyRequests() throws IOException {
        try (SimulatedUpstream upstream = SimulatedUpstream.start(); Side side = new Side("direct", upstream.baseUri(), "")) {
            byte[] body = "{\"model\":\"m\",\"stream\":true,\"input\":\"x [[sim:deltas=3;interval=0ms]]\"}"
                    .getBytes(StandardCharsets.UTF_8);
            int events = side.call(body, 0).events();
            assertEquals(events, side.call(body, 0).events());
            assertTrue(events > 3);
            assertEquals(1, side.dialed());
        }
    }
}
