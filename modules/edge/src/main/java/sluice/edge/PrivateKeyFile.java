package sluice.edge;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A private key in PEM, in the three forms that tools write: PKCS #8 (RFC 5958), PKCS #1 for RSA (RFC 8017) and SEC 1 for elliptic
 * curves (RFC 5915). Java reads the first one only, so the others get the head that makes them the first one. Stateless.
 */
final class PrivateKeyFile {
    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----(.*?)-----END", Pattern.DOTALL);
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");
    private static final int INTEGER = 0x02;
    private static final int OCTETS = 0x04;
    private static final int SEQUENCE = 0x30;
    /** In SEC 1, what the curve stands in. */
    private static final int CURVE = 0xA0;
    private static final byte[] VERSION_0 = {INTEGER, 1, 0};
    /** The object identifier 1.2.840.113549.1.1.1 and no parameters. */
    private static final byte[] RSA = {0x06, 9, 0x2A, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xF7, 0x0D, 1, 1, 1, 0x05, 0};
    /** The object identifier 1.2.840.10045.2.1. */
    private static final byte[] ELLIPTIC = {0x06, 7, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 2, 1};

    private PrivateKeyFile() {
    }

    /**
     * The first private key of a text.
     *
     * @param name of the file, for messages
     * @throws IOException if there is none, or it has a password
     */
    static PrivateKey parse(String name, String text) throws IOException {
        Matcher pem = PEM.matcher(text);
        if (!pem.find()) {
            throw new IOException(name + " holds no private key in PEM");
        }
        if (pem.group(1).startsWith("ENCRYPTED") || pem.group(2).contains("ENCRYPTED")) {
            throw new IOException(name + " holds a key with a password; take it off: openssl pkcs8 -topk8 -nocrypt -in " + name
                    + " -out key.pem");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(pem.group(2));
            der = switch (pem.group(1)) {
                case "" -> der;
                case "RSA " -> wrapped(RSA, der);
                case "EC " -> wrapped(joined(ELLIPTIC, curve(der)), der);
                default -> throw new IOException(name + " holds a " + pem.group(1) + "PRIVATE KEY, which cannot be read");
            };
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new IOException(name + " is not PEM", e);
        }
        return key(name, new PKCS8EncodedKeySpec(der));
    }

    private static PrivateKey key(String name, PKCS8EncodedKeySpec spec) throws IOException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // It is of another algorithm.
            } catch (GeneralSecurityException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        throw new IOException(name + " holds no key of " + String.join(", ", ALGORITHMS));
    }

    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, joined(VERSION_0, element(SEQUENCE, algorithm), element(OCTETS, key)));
    }

    /** The curve's identifier: behind the version and the number, a SEC 1 key holds it in an element of its own. */
    private static byte[] curve(byte[] key) {
        int at = content(key, 0);
        while (at < key.length) {
            int inside = content(key, at);
            int end = inside + length(key, at);
            if ((key[at] & 0xFF) == CURVE) {
                return java.util.Arrays.copyOfRange(key, inside, end);
            }
            at = end;
        }
        throw new IllegalArgumentException("no curve");
    }

    /** Where the content of the element at {@code at} begins: behind its tag and its length, which has one byte or 1 + n. */
    private static int content(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first & 0x7F);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = at + 2; i < content(der, at); i++) {
            length = length << 8 | der[i] & 0xFF;
        }
        return length;
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
