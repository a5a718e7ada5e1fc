package sluice.edge;

import java.io.IOException;
import sluice.api.Cancellation;
import sluice.forward.Answer;
import sluice.forward.Incoming;
import sluice.forward.UpgradableExchange;
import sluice.forward.Way;
import sluice.http1.HttpBody;
import sluice.http1.RequestHead;
import sluice.responses.Route;

/** One request on a client's HTTP/1.1 connection. Confined to the request's thread. */
final class Http1Exchange implements UpgradableExchange, Incoming.Stream {
    private final DataConnection connection;
    private final String remoteHost;
    private final RequestHead head;
    private final Route.Target target;
    private final HttpBody body;
    private final Http1Codec codec;
    private final HttpAnswer answer;
    private final Cancellation cancellation = new Cancellation();
    private final long startedNanos;
    private boolean continued;
    private volatile boolean tooSlow;

    Http1Exchange(DataConnection connection, String remoteHost, RequestHead head, HttpBody body, Http1Codec codec,
            HttpAnswer answer, long startedNanos) {
        this.connection = connection;
        this.remoteHost = remoteHost;
        this.head = head;
        this.body = body;
        this.codec = codec;
        this.answer = answer;
        this.startedNanos = startedNanos;
        target = Route.of(head.method(), head.path());
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
        return startedNanos;
    }

    @Override
    public Incoming incoming() {
        return new Incoming.Arriving(this);
    }

    @Override
    public void bodyRead() {
        connection.watchClient();
    }

    @Override
    public boolean isTooSlow() {
        return tooSlow;
    }

    /** The body was given up, for it came too slowly. */
    void tooSlow() {
        tooSlow = true;
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
    public void upgrade(Upgrade next) {
        connection.upgrade(next);
    }

    @Override
    public long announcedBytes() {
        return head.bodyBytes();
    }

    @Override
    public boolean isEmpty() {
        return body.finished();
    }

    @Override
    public boolean isHeldBack() {
        return !continued && head.expectsContinue();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (!continued && !body.finished() && head.expectsContinue()) {
            codec.sendContinue();
        }
        continued = true;
        int count = body.read(into, offset, length);
        if (count > 0) {
            connection.bodyProgress(count);
        }
        return count;
    }
}
