package sluice.forward;

import sluice.api.Cancellation;
import sluice.http1.RequestHead;
import sluice.responses.Route;

/**
 * One request of a client, whichever door it came through: an HTTP/1.1 request, a stream of HTTP/2, a turn of a WebSocket. Confined
 * to the request's thread.
 */
public interface Exchange {
    /** Method, path and headers. A turn has those of the request that opened its WebSocket. */
    RequestHead head();

    /** Where the request goes. */
    Route.Target target();

    /** Address of the client. */
    String remoteHost();

    /** When the request's first byte came; a reading of the monotonic clock. */
    long startedNanos();

    /** The body, as far as it is here. */
    Incoming incoming();

    /** The body is complete: from now on a client that leaves is noticed. */
    void watchClient();

    /** Whether the body was given up because it came too slowly. */
    boolean isTooSlow();

    /** The way to answer. */
    Answer answer();

    /** Ends whatever the request is blocked in when the client leaves. */
    Cancellation cancellation();

    /** How the request reaches its account; {@code usual} for a door without a way of its own. */
    Way way(Way usual);
}
