package sluice.bench;

import sluice.api.RelayOutcome;

/**
 * What is counted of one stream of {@value StreamBenchmark#DELTAS} deltas rather than timed: the counts are exact.
 *
 * @param events events of the stream
 * @param writes socket writes
 * @param parsed events of which JSON was read
 * @param firstWriteBytes bytes that had been read when the first write was made
 */
record StreamCounts(long events, long writes, long parsed, long firstWriteBytes) {
    /** Relays a stream once. */
    static StreamCounts of(String relay, boolean paced, boolean mapped) {
        long[] seen = {0, 0};
        FrameSource source = new FrameSource(FrameSource.pieces(ResponseStreams.frames(StreamBenchmark.DELTAS, "\n", true), paced));
        RelayOutcome.Report report = StreamBenchmark.relay(relay).relay(source, (buffer, from, length, boundary) -> {
            seen[1] = seen[0]++ == 0 ? length : seen[1];
        }, StreamBenchmark.options(mapped)).report();
        return new StreamCounts(report.events(), seen[0], report.counts().events().parsed(), seen[1]);
    }
}
