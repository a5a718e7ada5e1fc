package sluice.edge;

import java.io.IOException;
import sluice.api.Cancellation;
import sluice.forward.Answer;
import sluice.forward.Exchange;
import sluice.forward.Incoming;
import sluice.forward.Way;
import sluice.http1.RequestHead;
import sluice.responses.Route;

/** What requests of HTTP/1.1 and HTTP/2 have in common: a head, an answer, and a body that arrives. Confined to the request's thread. */
abstract class HttpExchange implements Exchange, Incoming.Stream {
    final RequestHead head;
    final HttpAnswer answer;
    final Cancellation cancellation = new Cancellation();
    /** Whether the client need not be told any more to send the body. */
    private boolean continued;
    volatile boolean tooSlow;
    private final Route.Target target;
    private final String remoteHost;

    HttpExchange(RequestHead head, String remoteHost, HttpAnswer answer) {
        this.head = head;
        this.remoteHost = remoteHost;
        this.answer = answer;
        target = Route.of(head.method(), head.path());
    }

    @Override
    public final RequestHead head() {
        return head;
    }

    @Override
    public final Route.Target target() {
        return target;
    }

    @Override
    public final String remoteHost() {
        return remoteHost;
    }

    @Override
    public final Incoming incoming() {
        return new Incoming.Arriving(this);
    }

    @Override
    public final boolean isTooSlow() {
        return tooSlow;
    }

    @Override
    public final Answer answer() {
        return answer;
    }

    @Override
    public final Cancellation cancellation() {
        return cancellation;
    }

    @Override
    public final Way way(Way usual) {
        return usual;
    }

    @Override
    public final long announcedBytes() {
        return head.bodyBytes();
    }

    @Override
    public final boolean awaitsContinue() {
        return !continued && head.expectsContinue();
    }

    @Override
    public final int read(byte[] into, int offset, int length) throws IOException {
        if (awaitsContinue() && !isEmpty()) {
            sendContinue();
        }
        continued = true;
        int count = readSome(into, offset, length);
        if (count > 0) {
            progress(count);
        }
        return count;
    }

    /** Asks the client to send the body that it holds back. */
    abstract void sendContinue() throws IOException;

    /** The same as {@link #read}, of a body that is not held back. */
    abstract int readSome(byte[] into, int offset, int length) throws IOException;

    /** More of the body has come. */
    abstract void progress(int bytes);
}
