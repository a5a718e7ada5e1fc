package sluice.body;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sluice.api.RequestBody.Field;
import sluice.json.JsonNames;

/**
 * Which members of a body are the ones that everybody asks for, found in one pass instead of one for each question. Made once, then
 * only read.
 */
final class KnownMembers {
    private static final Field[] FIELDS = Field.values();
    private static final byte[][] NAMES = names();
    private static final byte[] PLACES_OF_NONE = {};
    /** Which fields have a name of that length. */
    private static final byte[][] BY_LENGTH = byLength();

    /** By field: the last member of that name, and one more; 0 if there is none. */
    private final int[] last = new int[FIELDS.length];
    /** Fields that a reader may see which ignores case, as bits. */
    private long seen;
    /** Fields that such a reader may see twice. */
    private long twice;

    KnownMembers(byte[] buffer, MemberTable members) {
        for (int member = 0; member < members.size(); member++) {
            int from = members.nameFrom(member);
            int to = members.nameTo(member);
            if (JsonNames.isPlain(buffer, from, to)) {
                plain(buffer, from, to, member);
            } else {
                spelled(buffer, from, to, member);
            }
        }
    }

    private static byte[][] names() {
        byte[][] names = new byte[FIELDS.length][];
        for (Field field : FIELDS) {
            names[field.ordinal()] = JsonNames.bytes(field.key());
        }
        return names;
    }

    private static byte[][] byLength() {
        List<byte[]> table = new ArrayList<>();
        for (Field field : FIELDS) {
            int length = NAMES[field.ordinal()].length;
            while (table.size() <= length) {
                table.add(PLACES_OF_NONE);
            }
            byte[] before = table.get(length);
            byte[] more = Arrays.copyOf(before, before.length + 1);
            more[before.length] = (byte) field.ordinal();
            table.set(length, more);
        }
        return table.toArray(byte[][]::new);
    }

    /** A name of letters that stand for themselves: only names of its length can be it. */
    private void plain(byte[] buffer, int from, int to, int member) {
        int length = to - from;
        if (length < BY_LENGTH.length) {
            for (byte field : BY_LENGTH[length]) {
                see(buffer, from, to, field, member);
            }
        }
    }

    /** A name with escapes or letters outside of ASCII: it may be any. */
    private void spelled(byte[] buffer, int from, int to, int member) {
        for (int field = 0; field < FIELDS.length; field++) {
            see(buffer, from, to, field, member);
        }
    }

    private void see(byte[] buffer, int from, int to, int field, int member) {
        if (JsonNames.equalIgnoringCase(buffer, from, to, NAMES[field])) {
            twice |= seen & 1L << field;
            seen |= 1L << field;
            if (JsonNames.equal(buffer, from, to, NAMES[field])) {
                last[field] = member + 1;
            }
        }
    }

    /** The last member of that name; -1 if there is none. */
    int last(Field field) {
        return last[field.ordinal()] - 1;
    }

    /** Whether there are two members of that name, in any spelling, or one that only readers take for it which ignore case. */
    boolean isRepeated(Field field) {
        long bit = 1L << field.ordinal();
        return (twice & bit) != 0 || (seen & bit) != 0 && last[field.ordinal()] == 0;
    }
}
