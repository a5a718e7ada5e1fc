package sluice.state;

import java.util.ArrayDeque;

/**
 * The stored objects of one client: from the key of an id to a word of 64 bits. What was used last is kept,
 * roughly: entries lie in blocks, a full block is followed by a new one of twice the size, and the oldest block is forgotten as a
 * whole. So nothing is ever copied or sorted, and an entry takes 32 bytes. Thread-safe,
 * under its own lock ("owners"): a few reads of arrays.
 */
final class OwnerTable {
    private static final int FIRST_BLOCK = 64;
    /** A block is at most this part of the client's share: so much is forgotten at once. */
    private static final int BLOCKS_IN_SHARE = 8;
    /** No entry; words are never 0. */
    static final long NONE = 0;

    private static final class Block {
        private final long[] keys;
        private final long[] words;
        private final int capacity;
        private int used;

        Block(int capacity) {
            this.capacity = capacity;
            int slots = Integer.highestOneBit(Math.max(1, 2 * capacity - 1)) * 2;
            keys = new long[slots];
            words = new long[slots];
        }

        /** Where the key is, or where it would be put. */
        int slot(long key) {
            int mask = keys.length - 1;
            int slot = (int) (key ^ key >>> 32) & mask;
            while (words[slot] != NONE && keys[slot] != key) {
                slot = slot + 1 & mask;
            }
            return slot;
        }

        void put(long key, long word) {
            int slot = slot(key);
            used += words[slot] == NONE ? 1 : 0;
            keys[slot] = key;
            words[slot] = word;
        }
    }

    /** Receives entries. */
    @FunctionalInterface
    interface Receiver {
        void entry(long key, long word);
    }

    /** The newest first. */
    private final ArrayDeque<Block> blocks = new ArrayDeque<>();
    private int capacity;

    /** The word of a key; {@link #NONE} if there is none. */
    synchronized long get(long key) {
        for (Block block : blocks) {
            long word = block.words[block.slot(key)];
            if (word != NONE) {
                return word;
            }
        }
        return NONE;
    }

    /** Remembers a word, and forgets the oldest block where the table has more than its {@code share} of the room. */
    synchronized void put(long key, long word, int share) {
        Block newest = blocks.peekFirst();
        if (newest == null || newest.used == newest.capacity) {
            int most = Math.max(1, share / BLOCKS_IN_SHARE);
            newest = new Block(Math.min(most, newest == null ? FIRST_BLOCK : 2 * newest.capacity));
            blocks.addFirst(newest);
            capacity += newest.capacity;
        }
        while (capacity > share && blocks.size() > 1) {
            capacity -= blocks.removeLast().capacity;
        }
        newest.put(key, word);
    }

    /** All entries, the oldest block first. The lock is given up between blocks. */
    void each(Receiver receiver) {
        Block[] all;
        synchronized (this) {
            all = blocks.toArray(Block[]::new);
        }
        for (int b = all.length - 1; b >= 0; b--) {
            long[] keys;
            long[] words;
            synchronized (this) {
                keys = all[b].keys.clone();
                words = all[b].words.clone();
            }
            for (int i = 0; i < words.length; i++) {
                if (words[i] != NONE) {
                    receiver.entry(keys[i], words[i]);
                }
            }
        }
    }
}
