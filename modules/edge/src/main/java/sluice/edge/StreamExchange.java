package sluice.edge;

import java.io.IOException;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;
import sluice.forward.BodyPace;
import sluice.http1.RequestHead;
import sluice.http1.RequestStream;

/** One request on a connection that carries many. Confined to the request's thread, but for {@link #sweep} and {@link #clientGone}. */
final class StreamExchange extends HttpExchange implements Sweeper.Watched {
    private final RequestStream stream;
    private final ConnectionLimits limits;
    private final LongSupplier clock;
    private final OpenConnections places;
    private final BodyPace pace;
    private final BodyPace crowdedPace;
    private volatile boolean bodyHere;
    private volatile long progressNanos;
    private volatile long bodyBytes;

    StreamExchange(RequestStream stream, RequestHead head, String remoteHost, HttpAnswer answer, ConnectionLimits limits,
            OpenConnections places, LongSupplier clock) {
        super(head, remoteHost, answer);
        this.stream = stream;
        this.limits = limits;
        this.places = places;
        this.clock = clock;
        progressNanos = stream.startedNanos();
        pace = limits.pace(progressNanos);
        crowdedPace = limits.crowdedPace(progressNanos);
        bodyHere = isEmpty();
    }

    @Override
    public long startedNanos() {
        return stream.startedNanos();
    }

    @Override
    public void bodyRead() {
        bodyHere = true;
    }

    @Override
    public boolean isEmpty() {
        return head.bodyBytes() == 0 || stream.bodyRead();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (awaitsContinue() && !isEmpty()) {
            stream.sendContinue();
        }
        continued = true;
        int count = stream.read(into, offset, length);
        if (count > 0) {
            bodyBytes += count;
            progressNanos = clock.getAsLong();
        }
        return count;
    }

    /** The client has left the request. */
    void clientGone(boolean cancel) {
        answer.clientGone();
        if (cancel) {
            cancellation.cancel();
        }
    }

    @Override
    public void sweep(long nowNanos) {
        boolean slow = pace.isTooSlow(nowNanos, bodyBytes);
        boolean slowLately = crowdedPace.isTooSlow(nowNanos, bodyBytes) && places.crowded();
        if (!bodyHere && (slow || slowLately || nowNanos - progressNanos > places.patience(limits.bodyIdle()).toNanos())) {
            tooSlow = true;
            stream.cut();
        }
        answer.sweep(nowNanos);
    }
}
