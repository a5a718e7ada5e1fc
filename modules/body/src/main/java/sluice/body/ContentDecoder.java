package sluice.body;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Set;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import sluice.api.BodyDecoder;

/** Takes {@code zstd}, {@code gzip} and {@code deflate} off request bodies. Thread-safe. */
public final class ContentDecoder implements BodyDecoder {
    private static final int BUFFER_BYTES = 16 * 1024;
    /** 8 MiB, the largest window that RFC 9659 allows for {@code zstd} in HTTP: it is allocated before anything is decoded. */
    private static final int MAX_ZSTD_WINDOW_LOG = 23;
    private static final int ZLIB_HEADER_BYTES = 2;

    /** For {@link java.util.ServiceLoader}. */
    public ContentDecoder() {
    }

    @Override
    public Set<String> encodings() {
        return Set.of("zstd", "gzip", "x-gzip", "deflate");
    }

    @Override
    public InputStream decode(String encoding, InputStream in) throws IOException {
        EncodedBytes encoded = new EncodedBytes(in);
        try {
            return new DecodedBytes(encoded, switch (encoding) {
                case "zstd" -> new ZstdInputStreamNoFinalizer(encoded).setLongMax(MAX_ZSTD_WINDOW_LOG);
                case "gzip", "x-gzip" -> new GzipBytes(encoded);
                case "deflate" -> inflated(encoded);
                default -> throw new IllegalArgumentException("encoding: one of " + encodings() + ", not " + encoding);
            });
        } catch (IOException e) {
            throw encoded.blame(e);
        } catch (LinkageError e) {
            throw new IllegalStateException("zstd's native library cannot be loaded (system property ZstdNativePath: "
                    + System.getProperty("ZstdNativePath", "not set") + ")", e);
        }
    }

    /** {@code deflate} means the zlib format (RFC 9110 §8.4.1.2), but some senders leave its header out, and both are read. */
    private static InputStream inflated(InputStream encoded) throws IOException {
        PushbackInputStream in = new PushbackInputStream(encoded, ZLIB_HEADER_BYTES);
        byte[] header = in.readNBytes(ZLIB_HEADER_BYTES);
        in.unread(header);
        boolean zlib = header.length == ZLIB_HEADER_BYTES && (header[0] & 0x8F) == 8
                && ((header[0] & 0xFF) << 8 | header[1] & 0xFF) % 31 == 0;
        return new InflaterInputStream(in, new Inflater(!zlib), BUFFER_BYTES) {
            @Override
            public void close() throws IOException {
                super.close();
                inf.end();
            }
        };
    }
}
