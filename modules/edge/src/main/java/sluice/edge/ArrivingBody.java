package sluice.edge;

import sluice.forward.BodyPace;

/** A request's body on its way, and whether it comes too slowly. Fed by the request's thread, asked by the sweeper's. */
final class ArrivingBody {
    private final ConnectionLimits limits;
    private final OpenConnections open;
    private final long begunNanos;
    private volatile long bytes;
    private volatile long progressNanos;
    /** The sweeper's: most bodies are here before it comes. */
    private boolean swept;
    private BodyPace pace;
    /** Where places are rare, each second counts. */
    private BodyPace crowdedPace;

    ArrivingBody(ConnectionLimits limits, OpenConnections open, long nowNanos) {
        this.limits = limits;
        this.open = open;
        begunNanos = nowNanos;
        progressNanos = nowNanos;
    }

    /** More of it has come. */
    void more(int count, long nowNanos) {
        bytes += count;
        progressNanos = nowNanos;
    }

    /** Whether it is to be given up. */
    boolean isTooSlow(long nowNanos) {
        if (!swept) {
            swept = true;
            pace = limits.pace(begunNanos);
            crowdedPace = limits.crowdedPace(begunNanos);
        }
        long here = bytes;
        boolean slow = pace.isTooSlow(nowNanos, here);
        boolean slowLately = crowdedPace.isTooSlow(nowNanos, here);
        return slow || slowLately && open.crowded() || nowNanos - progressNanos > open.patience(limits.bodyIdle()).toNanos();
    }
}
