package sluice.api;

/**
 * 64-bit keys of (namespace, value), for looking up sessions and owners of responses. Not a cryptographic hash: a key is
 * never a permission. The function is pinned by test vectors, because a changed one strands every session (DESIGN §14).
 * Thread-safe.
 */
public final class SessionKeys {
    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final long MULTIPLIER = 0xD6E8FEB86659FD93L;
    /** A separator outside of UTF-16, so that ("ab", "c") and ("a", "bc") differ. */
    private static final long SEPARATOR = 0x1_0000L;
    private static final int WORD_CHARS = 4;

    private SessionKeys() {
    }

    /** The key of {@code value} within {@code namespace} (the client's name); never 0, which means "no session". */
    public static long key(String namespace, String value) {
        long hash = absorb(SEED, namespace);
        hash = absorb(hash ^ SEPARATOR, value);
        hash = mix(hash ^ ((long) namespace.length() << 32 | value.length()));
        return hash == 0 ? SEED : hash;
    }

    private static long absorb(long start, String text) {
        long hash = start;
        int length = text.length();
        int i = 0;
        for (; i + 2 * WORD_CHARS <= length; i += 2 * WORD_CHARS) {
            hash = fold(hash ^ word(text, i), MULTIPLIER ^ word(text, i + WORD_CHARS));
        }
        if (i + WORD_CHARS <= length) {
            hash = fold(hash ^ word(text, i), MULTIPLIER);
            i += WORD_CHARS;
        }
        long rest = 0;
        for (int shift = 0; i < length; i++, shift += Character.SIZE) {
            rest |= (long) text.charAt(i) << shift;
        }
        return fold(hash ^ rest, MULTIPLIER);
    }

    private static long word(String text, int at) {
        return text.charAt(at) | (long) text.charAt(at + 1) << 16 | (long) text.charAt(at + 2) << 32 | (long) text.charAt(at + 3) << 48;
    }

    /** The two halves of the 128-bit product, as in wyhash; with the factors themselves, so that a factor of 0 forgets nothing. */
    private static long fold(long a, long b) {
        return a ^ b ^ a * b ^ Math.unsignedMultiplyHigh(a, b);
    }

    /** The finalizer "rrmxmx"-like round: xor-shift, multiply, twice (Stafford's variant of the MurmurHash3 finalizer). */
    private static long mix(long value) {
        long x = (value ^ value >>> 32) * MULTIPLIER;
        x = (x ^ x >>> 32) * MULTIPLIER;
        return x ^ x >>> 32;
    }
}
