package sluice.body;

import java.util.Arrays;
import sluice.json.JsonNames;

/** Where the members of one object are, in order: five numbers for each. Written by one thread, then only read. */
final class MemberTable {
    /**
     * Most members of the body itself, so that looking for one costs little beside reading the body. RFC 8259 §9 allows such a
     * limit; a request has about twenty members.
     */
    static final int MAX_MEMBERS = 1024;

    private static final int WIDTH = 5;
    private static final int USUAL_MEMBERS = 16;

    private int[] places = new int[USUAL_MEMBERS * WIDTH];
    private int size;

    /** Adds a member; the name without its quotation marks, the value whole. */
    void add(int nameFrom, int nameTo, int valueFrom, int valueTo) {
        int at = size * WIDTH;
        if (at == places.length) {
            places = Arrays.copyOf(places, at * 2);
        }
        places[at] = nameFrom;
        places[at + 1] = nameTo;
        places[at + 2] = valueFrom;
        places[at + 3] = valueTo;
        places[at + 4] = -1;
        size++;
    }

    /** Notes the comma after the member that was added last. */
    void comma(int at) {
        places[size * WIDTH - 1] = at;
    }

    int size() {
        return size;
    }

    int nameFrom(int member) {
        return places[member * WIDTH];
    }

    int nameTo(int member) {
        return places[member * WIDTH + 1];
    }

    int valueFrom(int member) {
        return places[member * WIDTH + 2];
    }

    int valueTo(int member) {
        return places[member * WIDTH + 3];
    }

    /** The place of the comma after the member; -1 after the last one. */
    int commaAfter(int member) {
        return places[member * WIDTH + 4];
    }

    /** The last member of that name before {@code before}; -1 if there is none. */
    int lastOf(byte[] buffer, byte[] name, int before) {
        for (int member = before - 1; member >= 0; member--) {
            if (JsonNames.equal(buffer, nameFrom(member), nameTo(member), name)) {
                return member;
            }
        }
        return -1;
    }
}
