package sluice.body;

import sluice.api.BodyScanner;
import sluice.json.JsonWalk;

/**
 * The members of an object, or the elements of an array, one after the other, in text that is known to be valid. Confined to
 * one thread.
 */
abstract class Parts {
    /** Where the container begins. */
    final int open;
    /** The name of a member without its quotation marks; meaningless for an element of an array. */
    int nameFrom;
    int nameTo;
    int valueFrom;
    /** The end of the value; before the first part, the place after the opening bracket. */
    int valueTo;
    /** The places of the commas around the part; -1 where there is none. */
    int commaBefore = -1;
    int commaAfter = -1;

    private Parts(int open) {
        this.open = open;
        this.valueTo = open + 1;
    }

    /** Goes to the next part; stays on the last one, and says no, if there is none. */
    abstract boolean next();

    /** Where the part begins: its name's quotation mark, or its value. */
    final int from() {
        return isNamed() ? nameFrom - 1 : valueFrom;
    }

    /** Whether the parts are members. */
    abstract boolean isNamed();

    /** The members in {@code table}, of the object that begins at {@code open}. */
    static Parts of(MemberTable table, int open) {
        return new Noted(table, open);
    }

    /** The parts of the container that begins at {@code open}. */
    static Parts of(byte[] buffer, int open, int end) {
        return new Walked(buffer, open, end);
    }

    private static final class Noted extends Parts {
        private final MemberTable table;
        private int member;

        private Noted(MemberTable table, int open) {
            super(open);
            this.table = table;
        }

        @Override
        boolean isNamed() {
            return true;
        }

        @Override
        boolean next() {
            if (member == table.size()) {
                return false;
            }
            nameFrom = table.nameFrom(member);
            nameTo = table.nameTo(member);
            valueFrom = table.valueFrom(member);
            valueTo = table.valueTo(member);
            commaBefore = commaAfter;
            commaAfter = table.commaAfter(member);
            member++;
            return true;
        }
    }

    private static final class Walked extends Parts {
        private final byte[] buffer;
        private final JsonWalk walk;
        private int next;

        private Walked(byte[] buffer, int open, int end) {
            super(open);
            this.buffer = buffer;
            this.walk = new JsonWalk(buffer, end, BodyScanner.MAX_DEPTH);
            this.next = walk.space(open + 1);
        }

        @Override
        boolean isNamed() {
            return buffer[open] == '{';
        }

        @Override
        boolean next() {
            int c = walk.peek(next);
            if (c == '}' || c == ']') {
                return false;
            }
            valueFrom = next;
            if (isNamed()) {
                nameFrom = next + 1;
                int after = walk.string(nameFrom);
                nameTo = after - 1;
                valueFrom = walk.colon(after);
            }
            valueTo = walk.value(valueFrom);
            commaBefore = commaAfter;
            int after = walk.space(valueTo);
            boolean more = walk.peek(after) == ',';
            commaAfter = more ? after : -1;
            next = more ? walk.space(after + 1) : after;
            return true;
        }
    }
}
