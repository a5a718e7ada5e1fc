package sluice.buffers;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for what must be whole before it can go on: a message of an account's WebSocket, an event that becomes a message, an answer
 * that becomes one event. Answers are relayed as they come and need none of it; but an account, or a client that has one repeat what it
 * was sent, decides how large the others are and how many there are at a time. Thread-safe and without locks.
 */
public final class AnswerRoom {
    /** Who keeps no more than this is not counted: each request has room for that. */
    public static final int FREE_BYTES = 16 * 1024;
    private static final int SHARE_OF_HEAP = 8;
    private static final AnswerRoom SHARED = new AnswerRoom(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);

    private final long totalBytes;
    private final AtomicLong used = new AtomicLong();

    /** Room for so many bytes. */
    public AnswerRoom(long totalBytes) {
        this.totalBytes = totalBytes;
    }

    /** The room of the process: an eighth of its heap. */
    public static AnswerRoom shared() {
        return SHARED;
    }

    /** Bytes that are held now. */
    public long usedBytes() {
        return used.get();
    }

    /** A part for one keeper, with nothing in it yet. */
    public Part part() {
        return new Part();
    }

    /** There is no room. */
    public static final class Exhausted extends IOException {
        private static final long serialVersionUID = 1L;

        private Exhausted(long bytes) {
            super("no memory for " + bytes + " bytes that must be kept whole");
        }
    }

    /** What one keeper holds. For one thread at a time. */
    public final class Part implements AutoCloseable {
        private long held;

        private Part() {
        }

        /** Holds so many bytes from now on, in place of what it held. If there is no room, it holds what it held. */
        public void hold(long bytes) throws Exhausted {
            long wanted = bytes <= FREE_BYTES ? 0 : bytes;
            long more = wanted - held;
            if (used.addAndGet(more) > totalBytes && more > 0) {
                used.addAndGet(-more);
                throw new Exhausted(bytes);
            }
            held = wanted;
        }

        /**
         * Holds so many bytes from now on, for something that can do with less, if half of all is free for what cannot; else it holds what
         * it held.
         */
        public boolean holdIfPlenty(long bytes) {
            long wanted = bytes <= FREE_BYTES ? 0 : bytes;
            long more = wanted - held;
            if (used.addAndGet(more) > totalBytes / 2 && more > 0) {
                used.addAndGet(-more);
                return false;
            }
            held = wanted;
            return true;
        }

        /**
         * An array of at least {@code wanted} bytes with the same beginning, at least twice as long as the old one, which is given up.
         * While the one is copied to the other, both are held.
         *
         * @param old what this part holds, and nothing else
         * @param used bytes of the old one that are kept
         */
        public byte[] longer(byte[] old, int used, int wanted) throws Exhausted {
            int length = Math.max(wanted, (int) Math.min(2L * old.length, Integer.MAX_VALUE - 8));
            hold((long) length + old.length);
            byte[] longer = new byte[length];
            System.arraycopy(old, 0, longer, 0, used);
            hold(length);
            return longer;
        }

        /** Gives up all that is held. May be called again. */
        @Override
        public void close() {
            used.addAndGet(-held);
            held = 0;
        }
    }
}
