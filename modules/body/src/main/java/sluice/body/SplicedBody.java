package sluice.body;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import sluice.api.OutboundBody;

/** Slices of the received bytes with patches between them. Immutable and thread-safe. */
final class SplicedBody implements OutboundBody {
    private final byte[] buffer;
    private final int from;
    private final int to;
    private final SpliceList splices;

    SplicedBody(byte[] buffer, int from, int to, SpliceList splices) {
        this.buffer = buffer;
        this.from = from;
        this.to = to;
        this.splices = splices;
    }

    @Override
    public long length() {
        return to - from + splices.growth();
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        int done = from;
        for (int i = 0; i < splices.size(); i++) {
            write(out, buffer, done, splices.from(i));
            write(out, splices.patch(i), 0, splices.patch(i).length);
            done = splices.to(i);
        }
        write(out, buffer, done, to);
    }

    private static void write(OutputStream out, byte[] bytes, int start, int end) throws IOException {
        if (end > start) {
            out.write(bytes, start, end - start);
        }
    }

    @Override
    public List<Splice> splices() {
        return splices.splices(from);
    }
}
