package sluice.body;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sluice.api.OutboundBody.Splice;

/**
 * The places to change, in order, and what goes there. Three numbers for each place, because a hostile body may have very
 * many. Written by one thread, then only read.
 */
final class SpliceList {
    private static final int WIDTH = 3;
    private static final int USUAL_SPLICES = 4;

    private final List<String> paths = new ArrayList<>(USUAL_SPLICES);
    private final List<byte[]> patches = new ArrayList<>(USUAL_SPLICES);
    private int[] places = new int[USUAL_SPLICES * WIDTH];
    private int size;
    private long growth;

    /** Adds a change behind all others. The same patch object is kept once. */
    void add(String path, int from, int to, byte[] patch) {
        if (size * WIDTH == places.length) {
            places = Arrays.copyOf(places, places.length * 2);
        }
        int last = patches.size() - 1;
        if (last < 0 || patches.get(last) != patch || !paths.get(last).equals(path)) {
            patches.add(patch);
            paths.add(path);
            last++;
        }
        places[size * WIDTH] = from;
        places[size * WIDTH + 1] = to;
        places[size * WIDTH + 2] = last;
        size++;
        growth += patch.length - (to - from);
    }

    int size() {
        return size;
    }

    /** How much longer the text becomes; negative if shorter. */
    long growth() {
        return growth;
    }

    int from(int splice) {
        return places[splice * WIDTH];
    }

    int to(int splice) {
        return places[splice * WIDTH + 1];
    }

    byte[] patch(int splice) {
        return patches.get(places[splice * WIDTH + 2]);
    }

    /** All changes, with places counted from {@code start}. */
    List<Splice> splices(int start) {
        List<Splice> list = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            String path = paths.get(places[i * WIDTH + 2]);
            list.add(new Splice(path, from(i) - start, to(i) - start, patch(i).length));
        }
        return List.copyOf(list);
    }
}
