package sluice.api;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * 64-bit keys of (namespace, value), for looking up sessions and owners of responses: SipHash-2-4 (Aumasson and Bernstein, "SipHash: a
 * fast short-input PRF", 2012) over the texts' UTF-16 units. Clients choose what is hashed, so the function has a secret key, without
 * which nobody can find two values with the same key. Immutable and thread-safe.
 */
public final class SessionKeys {
    private static final long C0 = 0x736f6d6570736575L;
    private static final long C1 = 0x646f72616e646f6dL;
    private static final long C2 = 0x6c7967656e657261L;
    private static final long C3 = 0x7465646279746573L;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int WORD_CHARS = 4;
    private static final int LENGTH_SHIFT = 56;
    private static final int FINAL_ROUNDS_MARK = 0xff;

    private final long k0;
    private final long k1;

    /** Keys made with a secret of 128 bits. */
    public SessionKeys(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    /** Keys that nobody else makes. */
    public static SessionKeys random() {
        SecureRandom random = new SecureRandom();
        return new SessionKeys(random.nextLong(), random.nextLong());
    }

    /** The first half of the secret, for those who keep it. */
    public long k0() {
        return k0;
    }

    /** The second half of the secret, for those who keep it. */
    public long k1() {
        return k1;
    }

    /** The key of {@code value} within {@code namespace} (the client's name); never 0, which means "no session". */
    public long key(String namespace, String value) {
        Sip sip = new Sip();
        // The lengths come first, so that ("ab", "c") and ("a", "bc") differ.
        sip.word((long) namespace.length() << Integer.SIZE | value.length());
        sip.text(namespace);
        sip.text(value);
        return nonZero(sip.end(Long.BYTES + 2L * (namespace.length() + value.length())));
    }

    /** The key of bytes within a namespace, where a text would have to be made first; differs from that of any text. */
    public long key(String namespace, byte[] bytes, int from, int length) {
        Sip sip = new Sip();
        sip.word(-1L - length);
        sip.text(namespace);
        sip.bytes(bytes, from, length);
        return nonZero(sip.end(Long.BYTES + 2L * namespace.length() + length));
    }

    /** SipHash-2-4 of a text's UTF-16 units, low byte first. */
    long sip(String text) {
        Sip sip = new Sip();
        int whole = text.length() / WORD_CHARS * WORD_CHARS;
        for (int i = 0; i < whole; i += WORD_CHARS) {
            sip.word(word(text, i));
        }
        return sip.endWith(rest(text, whole), 2L * text.length());
    }

    private static long nonZero(long key) {
        return key == 0 ? C0 : key;
    }

    private static long word(String text, int at) {
        return text.charAt(at) | (long) text.charAt(at + 1) << 16 | (long) text.charAt(at + 2) << 32 | (long) text.charAt(at + 3) << 48;
    }

    private static long rest(String text, int from) {
        long rest = 0;
        for (int i = from, shift = 0; i < text.length(); i++, shift += Character.SIZE) {
            rest |= (long) text.charAt(i) << shift;
        }
        return rest;
    }

    /** The four words of the function's state. It never leaves its method, so the compiler keeps it in registers. */
    private final class Sip {
        private long v0 = k0 ^ C0;
        private long v1 = k1 ^ C1;
        private long v2 = k0 ^ C2;
        private long v3 = k1 ^ C3;

        void word(long m) {
            v3 ^= m;
            round();
            round();
            v0 ^= m;
        }

        /** A text, filled up with zeros to whole words: the length is told elsewhere. */
        void text(String text) {
            int length = text.length();
            int i = 0;
            for (; i + WORD_CHARS <= length; i += WORD_CHARS) {
                word(SessionKeys.word(text, i));
            }
            if (i < length) {
                word(rest(text, i));
            }
        }

        /** Bytes, filled up likewise. */
        void bytes(byte[] bytes, int from, int length) {
            int end = from + length;
            int i = from;
            for (; i + Long.BYTES <= end; i += Long.BYTES) {
                word((long) WORDS.get(bytes, i));
            }
            long rest = 0;
            for (int shift = 0; i < end; i++, shift += Byte.SIZE) {
                rest |= (bytes[i] & 0xffL) << shift;
            }
            word(rest);
        }

        long end(long length) {
            return endWith(0, length);
        }

        long endWith(long rest, long length) {
            word(rest | length << LENGTH_SHIFT);
            v2 ^= FINAL_ROUNDS_MARK;
            round();
            round();
            round();
            round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
