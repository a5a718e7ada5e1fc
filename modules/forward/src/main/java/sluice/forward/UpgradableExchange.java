package sluice.forward;

import java.io.IOException;
import sluice.http1.HttpInput;
import sluice.net.Link;

/** A request whose connection may leave HTTP, as those of HTTP/1.1 may. Confined to the request's thread. */
public interface UpgradableExchange extends Exchange {
    /** Once the request has been handled, {@code next} serves the connection. */
    void upgrade(Upgrade next);

    /** Serves a connection that has left HTTP, to its end. */
    @FunctionalInterface
    interface Upgrade {
        /** Bytes that came early are in {@code input}; the caller closes the link. */
        void serve(Link link, HttpInput input) throws IOException;
    }
}
