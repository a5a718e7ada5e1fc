package sluice.wspool;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import sluice.api.OutboundBody;

/**
 * The body of a {@code POST /responses} as a message: {@code "type":"response.create"} is written as its first member, and
 * all else stays byte for byte.
 */
record ResponseCreate(OutboundBody body) implements OutboundBody {
    private static final byte[] TYPE = "\"type\":\"response.create\",".getBytes(StandardCharsets.US_ASCII);

    @Override
    public long length() {
        return body.length() + TYPE.length;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        body.writeTo(new Inserting(out));
    }

    @Override
    public List<Splice> splices() {
        return body.splices();
    }

    /** Passes everything on, and adds the type behind the first brace. */
    private static final class Inserting extends OutputStream {
        private final OutputStream out;
        private boolean inserted;

        private Inserting(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            int from = offset;
            if (!inserted) {
                int end = offset + length;
                while (from < end && source[from] != '{') {
                    from++;
                }
                if (from < end) {
                    from++;
                    out.write(source, offset, from - offset);
                    out.write(TYPE, 0, TYPE.length);
                    inserted = true;
                } else {
                    from = offset;
                }
            }
            out.write(source, from, offset + length - from);
        }
    }
}
