package sluice.edge;

import java.io.IOException;
import java.util.function.LongSupplier;
import sluice.api.Cancellation;
import sluice.api.Sweeper;
import sluice.forward.Answer;
import sluice.forward.BodyPace;
import sluice.forward.Exchange;
import sluice.forward.Incoming;
import sluice.forward.Way;
import sluice.http1.RequestHead;
import sluice.http1.RequestStream;
import sluice.responses.Route;

/** One request on a connection that carries many. Confined to the request's thread, but for {@link #sweep} and {@link #clientGone}. */
final class StreamExchange implements Exchange, Incoming.Stream, Sweeper.Watched {
    private final RequestStream stream;
    private final RequestHead head;
    private final Route.Target target;
    private final String remoteHost;
    private final HttpAnswer answer;
    private final ConnectionLimits limits;
    private final LongSupplier clock;
    private final Cancellation cancellation = new Cancellation();
    private final BodyPace pace;
    private boolean continued;
    private volatile boolean bodyHere;
    private volatile boolean tooSlow;
    private volatile long progressNanos;
    private volatile long bodyBytes;

    StreamExchange(RequestStream stream, RequestHead head, String remoteHost, HttpAnswer answer, ConnectionLimits limits,
            LongSupplier clock) {
        this.stream = stream;
        this.head = head;
        this.remoteHost = remoteHost;
        this.answer = answer;
        this.limits = limits;
        this.clock = clock;
        target = Route.of(head.method(), head.path());
        progressNanos = stream.startedNanos();
        pace = limits.pace(progressNanos);
        bodyHere = isEmpty();
    }

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public Route.Target target() {
        return target;
    }

    @Override
    public String remoteHost() {
        return remoteHost;
    }

    @Override
    public long startedNanos() {
        return stream.startedNanos();
    }

    @Override
    public Incoming incoming() {
        return new Incoming.Arriving(this);
    }

    @Override
    public void bodyRead() {
        bodyHere = true;
    }

    @Override
    public boolean isTooSlow() {
        return tooSlow;
    }

    @Override
    public Answer answer() {
        return answer;
    }

    @Override
    public Cancellation cancellation() {
        return cancellation;
    }

    @Override
    public Way way(Way usual) {
        return usual;
    }

    @Override
    public long announcedBytes() {
        return head.bodyBytes();
    }

    @Override
    public boolean isEmpty() {
        return head.bodyBytes() == 0 || stream.bodyRead();
    }

    @Override
    public boolean isHeldBack() {
        return !continued && head.expectsContinue();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (isHeldBack() && !isEmpty()) {
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
        if (!bodyHere && (nowNanos - progressNanos > limits.bodyIdle().toNanos()
                || pace.isTooSlow(nowNanos, bodyBytes))) {
            tooSlow = true;
            stream.cut();
        }
        answer.sweep(nowNanos);
    }
}
