package sluice.body;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.BodyDecoder;

class ContentDecoderTest {
    private static final byte[] BODY =
            "{\"input\":\"a longer text that says hello hello hello\",\"model\":\"gpt-5\"}"
            .repeat(300).getBytes(StandardCharsets.UTF_8);

    @ParameterizedTest
    @CsvSource({"zstd, zstd", "gzip, gzip", "deflate, zlib", "deflate, raw"})
    void givesBackWhatWasEncoded(String encoding, String format) throws IOException {
        assertArrayEquals(BODY, decoded(encoding, encoded(format, BODY)));
    }

    @ParameterizedTest
    @CsvSource({"zstd, zstd", "gzip, gzip", "deflate, zlib", "deflate, raw"})
    void tellsEveryTruncation(String encoding, String format) throws IOException {
        byte[] whole = encoded(format, BODY);
        for (int length = 1; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(BodyDecoder.Corrupt.class, () -> decoded(encoding, cut), format + " cut at " + length);
        }
    }

    @ParameterizedTest
    @CsvSource({"zstd, zstd", "gzip, gzip", "deflate, zlib"})
    void neverTakesCorruptBytesForTheBody(String encoding, String format) throws IOException {
        byte[] whole = encoded(format, BODY);
        int refused = 0;
        for (int i = 0; i < whole.length; i++) {
            byte[] corrupt = whole.clone();
            corrupt[i] ^= 0x10;
            try {
                // Some bytes carry no meaning, such as the time in a gzip header.
                assertArrayEquals(BODY, decoded(encoding, corrupt), "byte " + i);
            } catch (BodyDecoder.Corrupt e) {
                refused++;
            }
        }
        assertTrue(refused > whole.length / 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "gzip", "deflate"})
    void tellsABrokenConnectionFromCorruptBytes(String encoding) {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new SocketException("reset");
            }
        };
        assertThrows(SocketException.class, () -> new ContentDecoder().decode(encoding, broken).readAllBytes());
    }

    @ParameterizedTest
    @CsvSource({"zstd, zstd", "gzip, gzip", "deflate, zlib", "deflate, raw"})
    void leavesTheConnectionOpen(String encoding, String format) throws IOException {
        InputStream connection = new FilterInputStream(new ByteArrayInputStream(encoded(format, BODY))) {
            @Override
            public void close() {
                throw new AssertionError("closed");
            }
        };
        new ContentDecoder().decode(encoding, connection).close();
    }

    @ParameterizedTest
    @CsvSource({"zstd, zstd", "gzip, gzip", "deflate, zlib"})
    void decodesABombOnlyAsFarAsItIsRead(String encoding, String format) throws IOException {
        byte[] bomb = encoded(format, new byte[16 * 1024 * 1024]);
        assertTrue(bomb.length < 100_000);
        try (InputStream in = new ContentDecoder().decode(encoding, new ByteArrayInputStream(bomb))) {
            assertEquals(1000, in.readNBytes(1000).length);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, 16 * 1024})
    void decodesAGzipOfSeveralMembersHoweverItComes(int pieceBytes) throws IOException {
        byte[] member = encoded("gzip", BODY);
        ByteArrayOutputStream members = new ByteArrayOutputStream();
        members.write(member);
        members.write(member);
        InputStream pieces = new FilterInputStream(new ByteArrayInputStream(members.toByteArray())) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return super.read(target, offset, Math.min(length, pieceBytes));
            }

            @Override
            public int available() {
                return 0;
            }
        };
        try (InputStream in = new ContentDecoder().decode("gzip", pieces)) {
            assertEquals(2 * BODY.length, in.readAllBytes().length);
        }
    }

    @Test
    void refusesAZstdWindowAboveEightMebibytes() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream zstd = new ZstdOutputStreamNoFinalizer(out).setLong(27)) {
            zstd.write(BODY);
        }
        assertThrows(BodyDecoder.Corrupt.class, () -> decoded("zstd", out.toByteArray()));
    }

    private static byte[] member(String name, byte[] content) throws IOException {
        byte[] plain = encoded("gzip", content);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(plain, 0, 3);
        out.write(name.isEmpty() ? 0 : 8);
        out.write(plain, 4, 6);
        if (!name.isEmpty()) {
            out.writeBytes(name.getBytes(StandardCharsets.ISO_8859_1));
            out.write(0);
        }
        out.write(plain, 10, plain.length - 10);
        return out.toByteArray();
    }

    @Test
    void readsMembersOneAfterTheOther() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 50; i++) {
            all.writeBytes(member("name" + i, i % 7 == 0 ? new byte[0] : ("part " + i).getBytes(StandardCharsets.UTF_8)));
        }
        byte[] bytes = all.toByteArray();
        byte[] expected = new java.util.zip.GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
        assertArrayEquals(expected, decoded("gzip", bytes));
        assertArrayEquals(expected, decoded("x-gzip", bytes));
        assertArrayEquals(expected, new ContentDecoder().decode("gzip", new OneByOne(bytes)).readAllBytes());
    }

    /** Gives one byte for each read. */
    private static final class OneByOne extends FilterInputStream {
        OneByOne(byte[] bytes) {
            super(new ByteArrayInputStream(bytes));
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return super.read(target, offset, Math.min(1, length));
        }
    }

    @Test
    void manyEmptyMembersAreRefusedAndDoNotUseUpTheStack() throws IOException {
        byte[] empty = member("", new byte[0]);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 20_000; i++) {
            all.writeBytes(empty);
        }
        all.writeBytes(member("", BODY));
        assertThrows(BodyDecoder.Corrupt.class, () -> decoded("gzip", all.toByteArray()));
    }

    @Test
    void aLongHeaderIsRefused() throws IOException {
        assertArrayEquals(BODY, decoded("gzip", member("n".repeat(60_000), BODY)));
        byte[] longer = member("n".repeat(4 << 20), BODY);
        assertThrows(BodyDecoder.Corrupt.class, () -> decoded("gzip", longer));
    }

    @Test
    void doesNotKnowOtherCodings() {
        assertFalse(new ContentDecoder().encodings().contains("br"));
        assertThrows(IllegalArgumentException.class, () -> decoded("br", new byte[0]));
    }

    private static byte[] decoded(String encoding, byte[] bytes) throws IOException {
        try (InputStream in = new ContentDecoder().decode(encoding, new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        }
    }

    private static byte[] encoded(String format, byte[] bytes) throws IOException {
        if (format.equals("zstd")) {
            try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
                try (OutputStream zstd = new ZstdOutputStreamNoFinalizer(out).setChecksum(true)) {
                    zstd.write(bytes);
                }
                return out.toByteArray();
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream deflated = format.equals("gzip") ? new GZIPOutputStream(out)
                : new DeflaterOutputStream(out, new Deflater(Deflater.BEST_COMPRESSION, format.equals("raw")))) {
            deflated.write(bytes);
        }
        return out.toByteArray();
    }
}
