package sluice.api;

/** The accounts that a {@link SelectionPolicy} wants to be tried, the first one first. Confined to one thread at a time. */
public final class Shortlist {
    /** As many as a policy may name; behind them the rest of the tier is tried as it comes. */
    public static final int MAX = 64;

    private final int[] positions = new int[MAX];
    private int size;

    /** An empty one. */
    public Shortlist() {
    }

    /** Forgets all. */
    public void clear() {
        size = 0;
    }

    /** Adds the account at a position of {@link Situation#accounts}; what is beyond {@link #MAX} is dropped. */
    public void add(int position) {
        if (size < MAX) {
            positions[size++] = position;
        }
    }

    /** How many there are. */
    public int size() {
        return size;
    }

    /** The position of the account that is tried as number {@code rank}, from 0. */
    public int get(int rank) {
        return positions[rank];
    }
}
