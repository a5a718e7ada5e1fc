package sluice.api;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** A request body as one attempt sends it: slices and patches, never joined. Immutable and thread-safe. */
public interface OutboundBody {
    /** No body. */
    OutboundBody EMPTY = new OutboundBody() {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public void writeTo(OutputStream out) {
            // nothing to write
        }

        @Override
        public List<Splice> splices() {
            return List.of();
        }
    };

    /** The bytes {@code source[offset, offset + length)} as they are; they must not be written any more. */
    static OutboundBody of(byte[] source, int offset, int length) {
        return new OutboundBody() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(source, offset, length);
            }

            @Override
            public List<Splice> splices() {
                return List.of();
            }
        };
    }

    /**
     * One place where the sent bytes differ from the received ones.
     *
     * @param path what was changed, such as {@code model}
     * @param from first replaced byte of the received body
     * @param to end of the replaced bytes; equal to {@code from} for an insertion
     * @param patchBytes length of what stands there now
     */
    record Splice(String path, int from, int to, int patchBytes) {
        @Override
        public String toString() {
            return path + "@" + from + ".." + to;
        }
    }

    /** Size in bytes. */
    long length();

    /** Writes all bytes in order, in as few calls as there are slices and patches. May be called again. */
    void writeTo(OutputStream out) throws IOException;

    /** Where the bytes differ from what was received, in order; empty if they do not. */
    List<Splice> splices();
}
