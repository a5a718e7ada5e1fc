package sluice.edge;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;

/** Addresses as people write them, so that one client has one address however a proxy spells it (RFC 5952). Stateless. */
public final class AddressText {
    private static final int GROUPS = 8;
    /** An IPv6 network that one customer gets. */
    private static final int NETWORK_BYTES = 8;

    private AddressText() {
    }

    /** {@code address} as text. */
    public static String of(InetAddress address) {
        return address instanceof Inet6Address ? sixth(address.getAddress()) : address.getHostAddress();
    }

    /** What is counted as one: an IPv4 address, or the first half of an IPv6 address. */
    public static String networkOf(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        int zone = address.indexOf('%');
        InetAddress literal = InetAddress.ofLiteral(zone < 0 ? address : address.substring(0, zone));
        return literal instanceof Inet6Address ? HexFormat.of().formatHex(literal.getAddress(), 0, NETWORK_BYTES) : address;
    }

    /** The longest run of at least two groups of zeros, the first of several, is {@code ::}. */
    private static String sixth(byte[] bytes) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = (bytes[2 * i] & 0xFF) << 8 | bytes[2 * i + 1] & 0xFF;
        }
        int from = GROUPS;
        int longest = 1;
        for (int i = 0; i < GROUPS; i++) {
            int run = 0;
            while (i + run < GROUPS && groups[i + run] == 0) {
                run++;
            }
            if (run > longest) {
                from = i;
                longest = run;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == from) {
                text.append("::");
                i += longest - 1;
            } else {
                text.append(i > 0 && i != from + longest ? ":" : "").append(Integer.toHexString(groups[i]));
            }
        }
        return text.toString();
    }
}
