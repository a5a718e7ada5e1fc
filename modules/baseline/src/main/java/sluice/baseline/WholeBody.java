package sluice.baseline;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import sluice.api.OutboundBody;

/** A body in one piece. Immutable and thread-safe. */
record WholeBody(byte[] bytes, List<Splice> splices) implements OutboundBody {
    @Override
    public long length() {
        return bytes.length;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes);
    }
}
