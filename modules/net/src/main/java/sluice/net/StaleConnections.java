package sluice.net;

import java.time.Duration;
import java.util.function.LongSupplier;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;

/**
 * Tells of a kept connection that ended whether it had most likely been closed by the other side before a request reached it, so that
 * the request is sent once more. That is likely, not certain: what must not run twice is sent again only if it was not sent whole.
 * Thread-safe.
 */
public final class StaleConnections {
    private final long withinNanos;
    private final LongSupplier nanoClock;

    /** Those that end sooner than {@code within} after sending; zero: none to which a whole request was sent. */
    public StaleConnections(Duration within, LongSupplier nanoClock) {
        withinNanos = within.toNanos();
        this.nanoClock = nanoClock;
    }

    /**
     * Whether the connection was one.
     *
     * @param failure what became of the request on it
     * @param answering whether the other side had begun to answer
     * @param sentNanos when the whole request had been sent, if it was
     */
    public boolean was(UpstreamRequest request, UpstreamResult.Unreachable failure, boolean answering, long sentNanos) {
        return failure.kind() == UpstreamResult.Kind.RESET && !answering && !failure.close().isTold() && (!failure.requestSent()
                || request.mayRunTwice() && nanoClock.getAsLong() - sentNanos < withinNanos);
    }
}
