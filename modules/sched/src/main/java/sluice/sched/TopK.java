package sluice.sched;

/**
 * The K best of a stream of candidates, in a bounded heap whose root is the worst of them: O(n log k). Equal scores are ordered
 * by a draw, the smaller first; equal draws by position. Reused; confined to one thread at a time.
 */
final class TopK {
    private final int[] positions;
    private final double[] scores;
    private final double[] draws;
    private int size;

    TopK(int k) {
        positions = new int[k];
        scores = new double[k];
        draws = new double[k];
    }

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    /** Whether a candidate with this score can get in, its draw permitting. */
    boolean wants(double score) {
        return size < positions.length || score >= scores[0];
    }

    void offer(int position, double score, double draw) {
        if (size < positions.length) {
            int i = size++;
            while (i > 0) {
                int parent = i - 1 >>> 1;
                if (!before(parent, position, score, draw)) {
                    break;
                }
                move(parent, i);
                i = parent;
            }
            put(i, position, score, draw);
        } else if (!before(0, position, score, draw)) {
            sink(position, score, draw, size);
        }
    }

    /** Orders the best first; nothing can be offered until it is cleared. */
    void sort() {
        for (int end = size - 1; end > 0; end--) {
            int position = positions[end];
            double score = scores[end];
            double draw = draws[end];
            move(0, end);
            sink(position, score, draw, end);
        }
    }

    int position(int rank) {
        return positions[rank];
    }

    double score(int rank) {
        return scores[rank];
    }

    /** Whether the entry at {@code i} comes before the given one. */
    private boolean before(int i, int position, double score, double draw) {
        if (scores[i] != score) {
            return scores[i] > score;
        }
        if (draws[i] != draw) {
            return draws[i] < draw;
        }
        return positions[i] < position;
    }

    private void sink(int position, double score, double draw, int end) {
        int i = 0;
        while (true) {
            int child = 2 * i + 1;
            if (child >= end) {
                break;
            }
            if (child + 1 < end && before(child, positions[child + 1], scores[child + 1], draws[child + 1])) {
                child++;
            }
            if (before(child, position, score, draw)) {
                break;
            }
            move(child, i);
            i = child;
        }
        put(i, position, score, draw);
    }

    private void move(int from, int to) {
        positions[to] = positions[from];
        scores[to] = scores[from];
        draws[to] = draws[from];
    }

    private void put(int i, int position, double score, double draw) {
        positions[i] = position;
        scores[i] = score;
        draws[i] = draw;
    }
}
