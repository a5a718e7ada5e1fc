package sluice.edge;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import sluice.clients.BodyShare;

/**
 * Where connections come from: one address, or one IPv6 network, for whoever has one address of it has all; or a trusted proxy, behind
 * which many clients are. Thread-safe.
 */
final class Origin {
    /** An IPv6 network that one customer gets. */
    private static final int NETWORK_BYTES = 8;

    private final boolean many;
    private final AtomicInteger served = new AtomicInteger();
    private final BodyShare unread = new BodyShare();
    /** Connections and streams, those that are refused included. Written under the map that it lies in. */
    private volatile int open;

    /** An origin of nobody yet; {@code many}: it stands for many clients, none of whom holds much by it. */
    Origin(boolean many) {
        this.many = many;
    }

    /** What is counted as one: an IPv4 address, or the first half of an IPv6 address. */
    static String networkOf(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        int zone = address.indexOf('%');
        InetAddress literal = InetAddress.ofLiteral(zone < 0 ? address : address.substring(0, zone));
        return literal instanceof Inet6Address ? HexFormat.of().formatHex(literal.getAddress(), 0, NETWORK_BYTES) : address;
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
