package sluice.server;

import java.io.IOException;
import sluice.api.Cancellation;
import sluice.http1.HttpBody;
import sluice.http1.RequestHead;

/** One request on a client's connection, and the way to answer it. Confined to the request's thread. */
final class Exchange {
    private final DataConnection connection;
    private final RequestHead head;
    private final HttpBody body;
    private final ClientResponse response;
    private final Cancellation cancellation = new Cancellation();
    private final long startedNanos;
    private boolean continued;
    private volatile boolean tooSlow;

    Exchange(DataConnection connection, RequestHead head, HttpBody body, ClientResponse response, long startedNanos) {
        this.connection = connection;
        this.head = head;
        this.body = body;
        this.response = response;
        this.startedNanos = startedNanos;
    }

    RequestHead head() {
        return head;
    }

    ClientResponse response() {
        return response;
    }

    /** Ends whatever the request is blocked in when the client leaves. */
    Cancellation cancellation() {
        return cancellation;
    }

    /** When the request's first byte came. */
    long startedNanos() {
        return startedNanos;
    }

    /** The connection, for a protocol switch. */
    DataConnection connection() {
        return connection;
    }

    /** The request's body. A client that waits for {@code 100 Continue} gets it now. */
    HttpBody body() throws IOException {
        if (!continued && !body.finished() && head.expectsContinue()) {
            response.sendContinue();
        }
        continued = true;
        return body;
    }

    /** Whether the request has no body, or an empty one. */
    boolean bodyIsEmpty() {
        return body.finished();
    }

    /** Whether the client was never asked for the body it holds back. */
    boolean bodyHeldBack() {
        return !continued && head.expectsContinue();
    }

    /** A piece of the body has come; a body that stops coming, or comes too slowly, is given up. */
    void bodyProgress(int bytes) {
        connection.bodyProgress(bytes);
    }

    /** The body was given up, for it came too slowly. */
    void tooSlow() {
        tooSlow = true;
    }

    /** Whether the body was given up. */
    boolean isTooSlow() {
        return tooSlow;
    }

    /** The body is complete: from now on the client is watched. */
    void bodyRead() {
        connection.watchClient();
    }

    /** Address of the client. */
    String remoteHost() {
        return connection.remoteHost();
    }
}
