package sluice.server;

import java.util.List;
import sluice.api.BodyEdit;
import sluice.api.Field;
import sluice.api.JsonValue;
import sluice.api.OutboundBody;
import sluice.api.RequestBody;

/** The body of a request that has none, or whose bytes were given back. */
enum EmptyBody implements RequestBody {
    INSTANCE;

    @Override
    public int length() {
        return 0;
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
        return OutboundBody.EMPTY;
    }
}
