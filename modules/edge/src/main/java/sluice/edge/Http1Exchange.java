package sluice.edge;

import java.io.IOException;
import sluice.forward.UpgradableExchange;
import sluice.http1.HttpBody;
import sluice.http1.RequestHead;

/** One request on a client's HTTP/1.1 connection. Confined to the request's thread. */
final class Http1Exchange extends HttpExchange implements UpgradableExchange {
    private final DataConnection connection;
    private final HttpBody body;
    private final Http1Codec codec;
    private final long startedNanos;

    Http1Exchange(DataConnection connection, String remoteHost, RequestHead head, HttpBody body, Http1Codec codec,
            HttpAnswer answer, long startedNanos) {
        super(head, remoteHost, answer);
        this.connection = connection;
        this.body = body;
        this.codec = codec;
        this.startedNanos = startedNanos;
    }

    @Override
    public long startedNanos() {
        return startedNanos;
    }

    @Override
    public void watchClient() {
        connection.watchClient();
    }

    /** The body was given up, for it came too slowly. */
    void tooSlow() {
        tooSlow = true;
    }

    @Override
    public void upgrade(Upgrade next) {
        connection.upgrade(next);
    }

    @Override
    public boolean isEmpty() {
        return body.finished();
    }

    @Override
    void sendContinue() throws IOException {
        codec.sendContinue();
    }

    @Override
    int readSome(byte[] into, int offset, int length) throws IOException {
        return body.read(into, offset, length);
    }

    @Override
    void progress(int bytes) {
        connection.bodyProgress(bytes);
    }
}
