package sluice.edge;

import java.io.IOException;
import java.util.function.LongSupplier;
import sluice.api.Sweeper;
import sluice.http1.RequestHead;
import sluice.http1.RequestStream;

/** One request on a connection that carries many. Confined to the request's thread, but for {@link #sweep} and {@link #clientGone}. */
final class StreamExchange extends HttpExchange implements Sweeper.Watched {
    private final RequestStream stream;
    private final LongSupplier clock;
    private final ArrivingBody arriving;
    private volatile boolean bodyHere;

    StreamExchange(RequestStream stream, RequestHead head, String remoteHost, HttpAnswer answer, ConnectionLimits limits,
            OpenConnections places, LongSupplier clock) {
        super(head, remoteHost, answer);
        this.stream = stream;
        this.clock = clock;
        arriving = new ArrivingBody(limits, places, stream.startedNanos());
        bodyHere = isEmpty();
    }

    @Override
    public long startedNanos() {
        return stream.startedNanos();
    }

    @Override
    public void watchClient() {
        bodyHere = true;
    }

    @Override
    public boolean isEmpty() {
        return head.bodyBytes() == 0 || stream.isBodyRead();
    }

    @Override
    void sendContinue() throws IOException {
        stream.sendContinue();
    }

    @Override
    int readSome(byte[] into, int offset, int length) throws IOException {
        return stream.read(into, offset, length);
    }

    @Override
    void progress(int bytes) {
        arriving.more(bytes, clock.getAsLong());
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
        if (!bodyHere && arriving.isTooSlow(nowNanos)) {
            tooSlow = true;
            stream.cut();
        }
        answer.sweep(nowNanos);
    }
}
