package sluice.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The SHA-256 of a client's key: all that is kept of it. Compared in constant time. Immutable and thread-safe. */
public final class KeyHash {
    /** Length of the hexadecimal form. */
    static final int HEX_DIGITS = 64;

    private final byte[] digest;

    private KeyHash(byte[] digest) {
        this.digest = digest;
    }

    /** The hash of a key as a client sends it. */
    public static KeyHash of(String key) {
        try {
            return new KeyHash(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Reads 64 hexadecimal digits, as {@code sluice key} prints them.
     *
     * @throws IllegalArgumentException if they are not
     */
    public static KeyHash parse(String hex) {
        if (hex.length() != HEX_DIGITS) {
            throw new IllegalArgumentException("a SHA-256 has 64 hexadecimal digits, not " + hex.length());
        }
        return new KeyHash(HexFormat.of().parseHex(hex));
    }

    /** 64 lower-case hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(digest);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyHash hash && MessageDigest.isEqual(digest, hash.digest);
    }

    @Override
    public int hashCode() {
        return digest[0] << 24 | (digest[1] & 0xFF) << 16 | (digest[2] & 0xFF) << 8 | digest[3] & 0xFF;
    }

    /** The first digits, enough to tell two apart. */
    @Override
    public String toString() {
        return hex().substring(0, 8) + "…";
    }
}
