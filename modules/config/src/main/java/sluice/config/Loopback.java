package sluice.config;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;

/** What counts as this machine, by its text alone: no name is looked up, for the answer could change. Thread-safe. */
public final class Loopback {
    private static final List<String> HOSTS = List.of("localhost", "127.0.0.1", "[::1]");

    private Loopback() {
    }

    /** Whether an address to listen on, or to call, is this machine's own: {@code localhost} or any loopback literal. */
    public static boolean isAddress(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if ("localhost".equals(bare.toLowerCase(Locale.ROOT))) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(bare).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Whether a request's {@code Host}, with or without a port, names this machine in one of its three usual spellings. It is
     * stricter than {@link #isAddress}, for a browser can be made to send other names that lead here.
     */
    public static boolean isHost(String host) {
        int port = host.lastIndexOf(':');
        return HOSTS.contains(port > host.lastIndexOf(']') ? host.substring(0, port) : host);
    }
}
