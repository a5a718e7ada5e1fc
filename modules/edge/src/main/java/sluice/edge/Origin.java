package sluice.edge;

import java.util.concurrent.atomic.AtomicInteger;
import sluice.clients.BodyShare;

/**
 * Where connections come from: one address, or one IPv6 network, for whoever has one address of it has all; or a trusted proxy, behind
 * which many clients are. Thread-safe.
 */
final class Origin {
    private final boolean many;
    private final AtomicInteger served = new AtomicInteger();
    private final BodyShare unread = new BodyShare();
    /** Connections and streams, those that are refused included. Written under the map that it lies in. */
    private volatile int open;

    /** An origin of nobody yet; {@code many}: it stands for many clients, none of whom holds much by it. */
    Origin(boolean many) {
        this.many = many;
    }

    /** One more has come. */
    Origin more() {
        open++;
        return this;
    }

    /** One has gone; whether others are left. */
    boolean less() {
        return --open > 0;
    }

    int open() {
        return open;
    }

    /** Connections and streams, as far as it is one client. */
    int here() {
        return many ? 0 : open;
    }

    /** Places that it would hold with one more, as far as it is one client. */
    long heldWithOneMore() {
        return many ? 1 : served.get() + 1L;
    }

    void enters() {
        served.incrementAndGet();
    }

    void leaves() {
        served.decrementAndGet();
    }

    /** What its streams hold of the memory for bodies before anybody reads them, and knows whose they are. */
    BodyShare unread() {
        return unread;
    }
}
