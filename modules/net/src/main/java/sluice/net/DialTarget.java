package sluice.net;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a connection goes. Immutable and thread-safe.
 *
 * @param host name or address literal, IPv6 without brackets
 * @param port 1..65535
 * @param secure whether TLS is spoken with the host
 * @param proxy the proxy to go through
 */
public record DialTarget(String host, int port, boolean secure, Optional<Proxy> proxy) {
    private static final Pattern IPV4 = Pattern.compile("[0-9.]+");

    /** What a proxy speaks. */
    public enum ProxyProtocol {
        /** CONNECT of HTTP (RFC 9110 §9.3.6). */
        HTTP_CONNECT(80),
        /** SOCKS, version 5 (RFC 1928, RFC 1929). */
        SOCKS5(1080);

        private final int usualPort;

        ProxyProtocol(int usualPort) {
            this.usualPort = usualPort;
        }
    }

    /**
     * A proxy, spoken to without TLS. It is told the target's name, and resolves it.
     *
     * @param protocol what it speaks
     * @param host name or address literal, IPv6 without brackets
     * @param port 1..65535
     * @param credentials {@code user:password}; empty for none
     */
    public record Proxy(ProxyProtocol protocol, String host, int port, String credentials) {
        /** Checks host and port, and whether SOCKS has room for the credentials: 255 bytes for each of the two. */
        public Proxy {
            check("proxy", host, port);
            if (protocol == ProxyProtocol.SOCKS5 && !credentials.isEmpty() && !Socks5Tunnel.fits(credentials)) {
                throw new IllegalArgumentException("proxy: SOCKS takes a user and a password of 1 to 255 bytes each");
            }
        }

        @Override
        public String toString() {
            return authority(host, port);
        }
    }

    /** Checks host and port. */
    public DialTarget {
        check("target", host, port);
    }

    /**
     * The target of an {@code http}, {@code https}, {@code ws} or {@code wss} address; without a
     * port, the scheme's.
     *
     * @param proxy an {@code http}, {@code socks5} or {@code socks5h} address, with credentials in its user part if the proxy wants any
     * @throws IllegalArgumentException if a scheme is another one, or a host is missing
     */
    public static DialTarget of(URI address, Optional<URI> proxy) {
        boolean secure = switch (String.valueOf(address.getScheme())) {
            case "https", "wss" -> true;
            case "http", "ws" -> false;
            default -> throw new IllegalArgumentException("address: scheme must be http, https, ws or wss, not " + address);
        };
        int port = address.getPort() >= 0 ? address.getPort() : secure ? 443 : 80;
        return new DialTarget(host(address), port, secure, proxy.map(DialTarget::proxy));
    }

    /** {@code host:port}, with brackets where the host is an IPv6 literal. */
    public String authority() {
        return authority(host, port);
    }

    /** Whether {@code host} is an address rather than a name. */
    static boolean isLiteral(String host) {
        return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }

    private static Proxy proxy(URI address) {
        ProxyProtocol protocol = switch (String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT)) {
            case "http" -> ProxyProtocol.HTTP_CONNECT;
            case "socks5", "socks5h" -> ProxyProtocol.SOCKS5;
            default -> throw new IllegalArgumentException("proxy: scheme must be http, socks5 or socks5h");
        };
        String credentials = address.getUserInfo() == null ? "" : address.getUserInfo();
        return new Proxy(protocol, host(address), address.getPort() >= 0 ? address.getPort() : protocol.usualPort, credentials);
    }

    private static String host(URI address) {
        String host = address.getHost();
        if (host == null) {
            throw new IllegalArgumentException("address: must name a host");
        }
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static String authority(String host, int port) {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }

    private static void check(String what, String host, int port) {
        if (host.isEmpty()) {
            throw new IllegalArgumentException(what + ".host: must not be empty");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(what + ".port: 1..65535, not " + port);
        }
    }
}
