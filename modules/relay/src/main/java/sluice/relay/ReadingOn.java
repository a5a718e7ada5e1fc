package sluice.relay;

import sluice.api.RelayOptions;

/** How far an answer is read on after its client has left, for the usage at its end. Confined to the answer's thread. */
public final class ReadingOn {
    private final RelayOptions.Limits limits;
    private final Deadlines deadlines;
    private long untilBytes = Long.MAX_VALUE;

    /** Of one answer. */
    public ReadingOn(RelayOptions.Limits limits, Deadlines deadlines) {
        this.limits = limits;
        this.deadlines = deadlines;
    }

    /** The client has left, after so many bytes had come; false if nobody reads on. */
    public boolean begin(long bytesIn) {
        if (limits.drain().isZero()) {
            return false;
        }
        untilBytes = bytesIn + limits.drainBytes();
        deadlines.endIn(limits.drain());
        return true;
    }

    /** Whether so many bytes are enough; what was read last may be more than that. */
    public boolean isEnough(long bytesIn) {
        return bytesIn >= untilBytes;
    }
}
