package sluice.config;

import java.net.InetAddress;

/**
 * A network, such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}; a bare address is a network of one.
 * Immutable and thread-safe.
 */
public final class AddressRange {
    private final byte[] prefix;
    private final int bits;
    private final String text;

    private AddressRange(byte[] prefix, int bits, String text) {
        this.prefix = prefix;
        this.bits = bits;
        this.text = text;
    }

    /**
     * Reads CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3). Host names are not looked up.
     *
     * @throws IllegalArgumentException if the text is none
     */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        byte[] bytes = InetAddress.ofLiteral(address).getAddress();
        int bits = slash < 0 ? bytes.length * 8 : Integer.parseInt(text.substring(slash + 1));
        if (bits < 0 || bits > bytes.length * 8) {
            throw new IllegalArgumentException("a prefix has 0.." + bytes.length * 8 + " bits, not " + bits);
        }
        return new AddressRange(bytes, bits, text);
    }

    /** Whether {@code address} is in it. An IPv4 address never is in an IPv6 network. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != prefix.length) {
            return false;
        }
        int whole = bits / 8;
        for (int i = 0; i < whole; i++) {
            if (bytes[i] != prefix[i]) {
                return false;
            }
        }
        int rest = bits % 8;
        return rest == 0 || (bytes[whole] ^ prefix[whole]) >> 8 - rest == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange range && range.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
