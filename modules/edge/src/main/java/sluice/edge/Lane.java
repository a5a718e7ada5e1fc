package sluice.edge;

import java.io.IOException;
import sluice.http1.RequestHead;
import sluice.net.Link;
import sluice.net.StreamThreads;

/**
 * Where the requests of a connection are handled: light ones on the connection's own thread, heavy ones and those that follow them
 * aside, where they hold up no other connection. For the thread that handles them.
 */
final class Lane {
    /** Reading and scanning a larger body, or a coded one, takes a processor for longer than others should wait. */
    private static final int LIGHT_BYTES = 64 * 1024;
    /** So many light requests in a row bring a connection back: few clients send both in turn. */
    private static final int LIGHT_IN_A_ROW = 16;

    private final StreamThreads threads;
    private final Link link;
    private boolean aside;
    private int lightInARow;

    /** Requests that come by {@code link}. */
    Lane(StreamThreads threads, Link link) {
        this.threads = threads;
        this.link = link;
    }

    /** Before the next request: goes where it is best served. */
    void move() {
        if (!aside && threads.move()) {
            link.waitHere();
        }
    }

    /** Whether a request is handled here, as it is next in this lane. */
    boolean servesHere(RequestHead head) {
        boolean light = head.bodyBytes() >= 0 && head.bodyBytes() <= LIGHT_BYTES && head.headers().find("content-encoding") < 0;
        lightInARow = light ? lightInARow + 1 : 0;
        return light || aside;
    }

    /** Whether those that were heavy have been followed by so many light ones that the connection goes back. */
    boolean isLightAgain() {
        return lightInARow >= LIGHT_IN_A_ROW;
    }

    /** Goes aside for {@code requests}, and comes back. */
    void aside(StreamThreads.Work requests) throws IOException, InterruptedException {
        aside = true;
        threads.aside(() -> {
            link.waitHere();
            requests.run();
        });
        aside = false;
        link.waitHere();
    }
}
