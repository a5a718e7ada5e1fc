package sluice.body;

import java.util.List;
import sluice.api.BodyEdit;
import sluice.api.JsonValue;
import sluice.api.OutboundBody;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.json.JsonNames;

/** The received bytes and the places of the members in them. Immutable and thread-safe. */
final class ScannedBody implements RequestBody {
    private final byte[] buffer;
    private final int from;
    private final int to;
    private final int open;
    private final MemberTable members;
    private final KnownMembers known;
    private final boolean encryptedContent;

    ScannedBody(byte[] buffer, int from, int to, int open, MemberTable members, boolean encryptedContent) {
        this.buffer = buffer;
        this.from = from;
        this.to = to;
        this.open = open;
        this.members = members;
        this.known = new KnownMembers(buffer, members);
        this.encryptedContent = encryptedContent;
    }

    @Override
    public int length() {
        return to - from;
    }

    @Override
    public JsonValue field(Field field) {
        int member = known.last(field);
        return member < 0 ? JsonValue.ABSENT : Values.of(buffer, members.valueFrom(member), members.valueTo(member));
    }

    @Override
    public boolean isRepeated(Field field) {
        return known.isRepeated(field);
    }

    @Override
    public JsonValue at(String path) {
        int dot = path.indexOf('.');
        int member = members.lastOf(buffer, JsonNames.bytes(dot < 0 ? path : path.substring(0, dot)), members.size());
        if (member < 0) {
            return JsonValue.ABSENT;
        }
        int valueFrom = members.valueFrom(member);
        int valueTo = members.valueTo(member);
        while (dot >= 0) {
            int start = dot + 1;
            dot = path.indexOf('.', start);
            byte[] name = JsonNames.bytes(dot < 0 ? path.substring(start) : path.substring(start, dot));
            if (buffer[valueFrom] != '{') {
                return JsonValue.ABSENT;
            }
            Parts parts = Parts.of(buffer, valueFrom, valueTo);
            valueFrom = -1;
            while (parts.next()) {
                if (JsonNames.equal(buffer, parts.nameFrom, parts.nameTo, name)) {
                    valueFrom = parts.valueFrom;
                    valueTo = parts.valueTo;
                }
            }
            if (valueFrom < 0) {
                return JsonValue.ABSENT;
            }
        }
        return Values.of(buffer, valueFrom, valueTo);
    }

    @Override
    public boolean hasEncryptedContent() {
        return encryptedContent;
    }

    @Override
    public OutboundBody edited(List<BodyEdit> edits) {
        Splicer splicer = new Splicer(buffer, to);
        if (!edits.isEmpty()) {
            splicer.editObject(Parts.of(members, open), EditNode.of(edits));
        }
        return new SplicedBody(buffer, from, to, splicer.splices());
    }
}
