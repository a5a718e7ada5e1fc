package sluice.edge;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The head of a connection that a proxy opens for a client, in both versions of the PROXY protocol
 * (haproxy.org/download/3.0/doc/proxy-protocol.txt). Nothing behind it is read. Stateless.
 */
final class ProxyHeader {
    private static final byte[] SIGNATURE = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};
    /** Longest line of version 1, with its end. */
    private static final int MOST_LINE_BYTES = 107;
    /** Addresses and what a proxy adds: certificates' names and the like. */
    private static final int MOST_BYTES = 4096;
    private static final int PROXIED = 0x21;
    private static final int LOCAL = 0x20;
    private static final int IPV4 = 1;
    private static final int IPV6 = 2;

    private ProxyHeader() {
    }

    /**
     * Reads it.
     *
     * @return the client's address; empty where the proxy knows none, and for connections of its own
     * @throws ProtocolException if something else was said
     * @throws IOException if it cannot be read to its end
     */
    static Optional<String> read(InputStream in) throws IOException {
        byte[] begin = in.readNBytes(SIGNATURE.length);
        if (Arrays.equals(begin, SIGNATURE)) {
            return binary(in);
        }
        StringBuilder line = new StringBuilder(new String(begin, StandardCharsets.ISO_8859_1));
        while (line.length() < MOST_LINE_BYTES && line.indexOf("\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("it ended within its PROXY protocol header");
            }
            line.append((char) next);
        }
        String[] words = line.toString().strip().split(" ");
        if (!words[0].equals("PROXY") || words.length < 2 || line.indexOf("\r\n") != line.length() - 2) {
            throw new ProtocolException("no PROXY protocol header");
        }
        return words[1].equals("UNKNOWN") ? Optional.empty() : Optional.of(words.length == 6 ? address(words[2]) : fail());
    }

    private static Optional<String> binary(InputStream in) throws IOException {
        byte[] head = in.readNBytes(4);
        if (head.length < 4) {
            throw new EOFException("it ended within its PROXY protocol header");
        }
        int length = (head[2] & 0xFF) << 8 | head[3] & 0xFF;
        if (length > MOST_BYTES) {
            fail();
        }
        byte[] rest = in.readNBytes(length);
        int family = (head[1] & 0xFF) >> 4;
        int addressBytes = family == IPV4 ? 4 : family == IPV6 ? 16 : 0;
        if (rest.length < length || rest.length < 2 * addressBytes) {
            throw new EOFException("it ended within its PROXY protocol header");
        }
        if ((head[0] & 0xFF) == LOCAL || addressBytes == 0) {
            return Optional.empty();
        }
        return Optional.of((head[0] & 0xFF) != PROXIED ? fail()
                : AddressText.of(InetAddress.getByAddress(Arrays.copyOf(rest, addressBytes))));
    }

    private static String address(String text) throws IOException {
        try {
            return AddressText.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return fail();
        }
    }

    private static String fail() throws IOException {
        throw new ProtocolException("a PROXY protocol header that is none");
    }
}
