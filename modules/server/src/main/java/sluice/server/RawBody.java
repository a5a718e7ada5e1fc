package sluice.server;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import sluice.api.BodyEdit;
import sluice.api.Field;
import sluice.api.JsonValue;
import sluice.api.OutboundBody;
import sluice.api.RequestBody;

/** A body that is passed on without being looked at. Immutable. */
record RawBody(byte[] bytes, int length) implements RequestBody {
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
        return new OutboundBody() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(bytes, 0, length);
            }

            @Override
            public List<Splice> splices() {
                return List.of();
            }
        };
    }
}
