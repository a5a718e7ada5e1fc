package sluice.edge;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.api.Headers;
import sluice.config.AddressRange;
import sluice.config.ServerSettings;
import sluice.http1.RequestHead;

/**
 * What stands in front: proxies that tell who the client is, and another path above the API's. A proxy is believed as far as it is trusted:
 * the addresses that it names are read from the last, which the nearest proxy has written, and the first one that is no trusted proxy
 * is the client. Immutable and thread-safe.
 */
final class Front {
    /** Azure's clients ask below this path. */
    private static final String AZURE = "/openai";
    /** Some of them name the model's deployment behind it, and in the body, too. */
    private static final String DEPLOYMENTS = "/deployments/";
    /** A chain of more proxies is no chain. */
    private static final int MOST_HOPS = 32;
    /** In {@code Forwarded} (RFC 7239 §4): {@code for=} with a token or a text in quotation marks. */
    private static final Pattern FOR = Pattern.compile("(?i)(?:^|;)\\s*for=(?:\"([^\"]*)\"|([^;]*))");
    private static final Pattern WITH_PORT = Pattern.compile("\\[([^\\]]+)](?::\\d+)?|([0-9.]+):\\d+");

    private final List<AddressRange> trusted;
    private final String header;
    private final boolean proxyProtocol;
    private final String basePath;

    Front(ServerSettings.Front front) {
        trusted = front.trustedProxies();
        header = front.forwardedBy();
        proxyProtocol = front.proxyProtocol();
        basePath = front.basePath();
    }

    /** Whether a connection of {@code peer} begins with a PROXY protocol header. */
    boolean beginsWithProxyHeader(String peer) {
        return proxyProtocol && isTrusted(peer);
    }

    /** A connection from {@code address}. */
    Peer peer(String address) {
        return new Peer(this, address, isTrusted(address));
    }

    /** A connection from the proxy at {@code address}, which does not know for whom: what its requests name may be anybody's word. */
    Peer unknownBehind(String address) {
        return new Peer(this, address, false);
    }

    /**
     * The other end of one connection, as what stands in front shows it.
     *
     * @param address of whoever opened the connection: the client, or the nearest proxy
     * @param namesOthers whether its requests' headers are believed when they name a client
     */
    record Peer(Front front, String address, boolean namesOthers) {
        /** The address of the client whose request came with these headers. */
        String clientOf(Headers headers) {
            return namesOthers ? front.clientOf(address, headers) : address;
        }

        /** The request as it would be without the path below which it came. */
        RequestHead inside(RequestHead head) {
            return front.inside(head);
        }
    }

    private String clientOf(String peer, Headers headers) {
        String client = peer;
        List<String> named = named(headers);
        for (int i = named.size() - 1; i >= Math.max(0, named.size() - MOST_HOPS); i--) {
            String address = bare(named.get(i));
            if (!isAddress(address)) {
                return client;
            }
            client = AddressText.of(InetAddress.ofLiteral(address));
            if (!isTrusted(address)) {
                return client;
            }
        }
        return client;
    }

    private List<String> named(Headers headers) {
        List<String> all = new ArrayList<>();
        for (int i = headers.find(header); i >= 0; i = headers.find(header, i + 1)) {
            for (String element : headers.value(i).split(",", -1)) {
                if (header.equals("forwarded")) {
                    Matcher named = FOR.matcher(element);
                    all.add(!named.find() ? "" : named.group(1) != null ? named.group(1) : named.group(2).strip());
                } else {
                    all.add(element.strip());
                }
            }
        }
        return all;
    }

    /** Without brackets and port. */
    private static String bare(String address) {
        Matcher withPort = WITH_PORT.matcher(address);
        return !withPort.matches() ? address : withPort.group(1) != null ? withPort.group(1) : withPort.group(2);
    }

    private static boolean isAddress(String text) {
        try {
            InetAddress.ofLiteral(text);
            return text.indexOf('%') < 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether that is a proxy which is believed. */
    boolean isTrusted(String address) {
        int zone = address.indexOf('%');
        InetAddress literal = InetAddress.ofLiteral(zone < 0 ? address : address.substring(0, zone));
        return trusted.stream().anyMatch(range -> range.contains(literal));
    }

    private RequestHead inside(RequestHead head) {
        String target = withoutAzure(without(basePath, head.target()));
        return target.length() == head.target().length() ? head
                : new RequestHead(head.method(), target, head.minorVersion(), head.headers(), head.bodyBytes(), head.keepAlive());
    }

    private static String withoutAzure(String target) {
        String inside = without(AZURE, target);
        int end = inside.length() < target.length() && inside.startsWith(DEPLOYMENTS) ? inside.indexOf('/', DEPLOYMENTS.length()) : -1;
        return end < 0 ? inside : inside.substring(end);
    }

    private static String without(String prefix, String target) {
        return !prefix.isEmpty() && target.startsWith(prefix + "/") ? target.substring(prefix.length()) : target;
    }
}
