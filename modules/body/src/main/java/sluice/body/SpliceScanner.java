package sluice.body;

import sluice.api.BodyScanner;
import sluice.api.BodyScanner.Scan;
import sluice.json.JsonNames;
import sluice.json.JsonWalk;

/** Reads a body in one forward pass, and notes where its members are instead of what they hold. Thread-safe. */
public final class SpliceScanner implements BodyScanner {
    private static final byte[] INPUT = JsonNames.bytes("input");
    private static final byte[] ENCRYPTED_CONTENT = JsonNames.bytes("encrypted_content");
    private static final byte[] NOTHING = {};

    /** For {@link java.util.ServiceLoader}. */
    public SpliceScanner() {
    }

    @Override
    public String name() {
        return "splice";
    }

    @Override
    public Scan scan(byte[] buffer, int from, int to) {
        JsonWalk walk = new JsonWalk(buffer, to, MAX_DEPTH);
        MemberTable members = new MemberTable();
        int open = walk.space(from);
        if (walk.peek(open) != '{') {
            walk.fail(open, "expected an object");
        } else {
            int after = members(walk, buffer, open, members);
            if (after >= 0 && walk.space(after) < to) {
                walk.fail(walk.space(after), "expected nothing after the object");
            }
        }
        if (walk.faultAt() >= 0) {
            return new Scan.Malformed(walk.faultAt() - from, walk.fault());
        }
        return new Scan.Valid(new ScannedBody(buffer, from, to, open, members, walk.watchedSeen()));
    }

    private static int members(JsonWalk walk, byte[] buffer, int open, MemberTable members) {
        int i = walk.open(open);
        if (walk.peek(i) == '}') {
            return i + 1;
        }
        while (true) {
            int nameFrom = i + 1;
            if (walk.peek(i) != '"') {
                return walk.fail(i, "expected a member's name");
            }
            if (members.size() == MemberTable.MAX_MEMBERS) {
                return walk.fail(i, "more than " + MemberTable.MAX_MEMBERS + " members");
            }
            int nameAfter = walk.string(nameFrom);
            int valueFrom = nameAfter < 0 ? nameAfter : walk.colon(nameAfter);
            if (valueFrom < 0) {
                return valueFrom;
            }
            walk.watchFor(JsonNames.equal(buffer, nameFrom, nameAfter - 1, INPUT) ? ENCRYPTED_CONTENT : NOTHING);
            int valueTo = walk.value(valueFrom);
            if (valueTo < 0) {
                return valueTo;
            }
            members.add(nameFrom, nameAfter - 1, valueFrom, valueTo);
            i = walk.space(valueTo);
            int c = walk.peek(i);
            if (c == '}') {
                return i + 1;
            }
            if (c != ',') {
                return walk.fail(i, "expected a comma or the end of an object");
            }
            members.comma(i);
            i = walk.space(i + 1);
        }
    }
}
