package sluice.simulator;

import java.io.IOException;

/** When the parts of an answer are due, from its start, as a fault asks. Immutable. */
record Pace(long headersNanos, long silentNanos, long firstNanos, long intervalNanos) {
    static Pace of(Fault fault) {
        return new Pace(fault.nanos(FaultOption.HEADERS, 0), fault.nanos(FaultOption.SILENT, 0),
                fault.nanos(FaultOption.FIRST, 0), fault.nanos(FaultOption.INTERVAL, 0));
    }

    /** When output begins. */
    long outputNanos() {
        return headersNanos + silentNanos + firstNanos;
    }

    /** When {@code deltas} of them are told. */
    long durationNanos(int deltas) {
        return outputNanos() + deltas * intervalNanos;
    }

    void awaitOutput(EventOut out) throws IOException {
        if (firstNanos > 0) {
            out.waitUntil(outputNanos());
        }
    }

    void awaitDelta(EventOut out, int index) throws IOException {
        if (intervalNanos > 0) {
            out.waitUntil(durationNanos(index + 1));
        }
    }

    /** Whether the answer takes its time. */
    boolean isSlow() {
        return silentNanos > 0 || firstNanos > 0 || intervalNanos > 0;
    }
}
