package sluice.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The masking of RFC 6455 §5.3, eight bytes at a time. Its own inverse. */
final class FrameMask {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int KEY_BYTES = 4;

    private FrameMask() {
    }

    /**
     * Writes {@code source[from, from + count)}, masked, to {@code target} from {@code to} on. The two may be the same place.
     *
     * @param key the masking key, its first byte lowest
     * @param position how many bytes of the payload came before
     */
    static void apply(byte[] source, int from, byte[] target, int to, int count, int key, long position) {
        int turned = Integer.rotateRight(key, (int) (position % KEY_BYTES) * Byte.SIZE);
        long twice = turned & 0xFFFF_FFFFL | (long) turned << Integer.SIZE;
        int i = 0;
        for (; i + Long.BYTES <= count; i += Long.BYTES) {
            LONGS.set(target, to + i, (long) LONGS.get(source, from + i) ^ twice);
        }
        for (; i < count; i++) {
            target[to + i] = (byte) (source[from + i] ^ turned >>> i % KEY_BYTES * Byte.SIZE);
        }
    }
}
