package sluice.forward;

import java.util.List;
import sluice.api.BodyEdit;
import sluice.api.JsonValue;
import sluice.api.OutboundBody;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;

/** A body that is passed on without being looked at. Immutable. */
record RawBody(byte[] bytes, int length) implements RequestBody {
    /** The body of a request that has none, or whose bytes were given back. */
    public static final RawBody NONE = new RawBody(new byte[0], 0);

    @Override
    public boolean isJson() {
        return false;
    }

    @Override
    public JsonValue field(Field field) {
        return JsonValue.ABSENT;
    }

    @Override
    public JsonValue at(String path) {
        return JsonValue.ABSENT;
    }

    @Override
    public boolean isRepeated(Field field) {
        return false;
    }

    @Override
    public boolean hasEncryptedContent() {
        return false;
    }

    @Override
    public OutboundBody edited(List<BodyEdit> edits) {
        return length == 0 ? OutboundBody.EMPTY : OutboundBody.of(bytes, 0, length);
    }
}
