package sluice.bench;

import java.util.Locale;

/** Counts the socket writes of one stream (optimisation 2), as rows of a table in CSV. Not a benchmark: the counts are exact. */
public final class WriteCounts {
    private WriteCounts() {
    }

    /** Prints the rows: whether events come one by one, relay, events, writes. */
    public static void main(String[] arguments) {
        for (boolean paced : new boolean[] {false, true}) {
            for (String relay : new String[] {"per-line", "batching"}) {
                int[] writes = {0};
                long events = StreamBenchmark.relay(relay).relay(
                        new FrameSource(FrameSource.pieces(ResponseStreams.frames(StreamBenchmark.DELTAS, "\n", true), paced)),
                        (buffer, from, length, boundary) -> writes[0]++, StreamBenchmark.options(false)).report().events();
                System.out.printf(Locale.ROOT, "%s,%s,%d,%d%n", paced ? "paced" : "burst", relay, events, writes[0]);
            }
        }
    }
}
