package sluice.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.simulator.SimulatedUpstream;

/** Request bodies with a content coding, sent to the image: its zstd library is native, and only there beside Java's own. */
class EncodedBodiesTest {
    private static final long BOMB_BYTES = 1L << 30;
    private static final int SEGMENT_BYTES = 1 << 20;
    /** The byte budget is a quarter of it: 64 MiB, which is also the limit of a body. */
    private static final String HEAP = "-Xmx256m";
    private static final long MIB = 1 << 20;

    @TempDir
    private Path folder;
    private final HttpClient client = HttpClient.newHttpClient();
    private SimulatedUpstream upstream;
    private RunningImage gateway;

    @BeforeEach
    void start() throws IOException {
        upstream = SimulatedUpstream.start();
        gateway = RunningImage.of(folder, HEAP, upstream.baseUri(), "");
    }

    @AfterEach
    void stop() {
        gateway.close();
        upstream.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "gzip", "deflate"})
    void areDecodedWithoutAWarning(String coding) throws Exception {
        byte[] body = body(300_000);
        assertEquals(200, post(encoded(coding, body), coding).statusCode());
        assertArrayEquals(body, upstream.log().last().body());
        assertTrue(upstream.log().last().headers().first("content-encoding").isEmpty());
        String output = gateway.end();
        // Java's own begin with it; lines of the gateway begin with the time.
        assertTrue(output.lines().noneMatch(line -> line.startsWith("WARNING")), output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zstd", "gzip", "deflate"})
    void areRefusedWhenCorruptOrCut(String coding) throws Exception {
        byte[] whole = encoded(coding, body(20_000));
        byte[] corrupt = whole.clone();
        Arrays.fill(corrupt, whole.length / 2, whole.length / 2 + 64, (byte) 0xFF);
        byte[] cut = Arrays.copyOf(whole, whole.length - 9);
        for (byte[] bad : new byte[][] {corrupt, cut, "no coding at all".getBytes(StandardCharsets.UTF_8)}) {
            assertRefused(400, "corrupt_content_encoding", post(bad, coding));
        }
        assertEquals(200, post(whole, coding).statusCode());
        assertEquals(1, upstream.log().total());
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "gzip, gzip", "zstd, gzip", "compress", "aes128gcm"})
    void areRefusedWithACodingThatIsNotKnownOrDouble(String coding) throws Exception {
        assertRefused(415, "unsupported_content_encoding", post(encoded("gzip", body(2000)), coding));
        assertEquals(0, upstream.log().total());
    }

    @Test
    void bombsEndWithinTheByteBudget() throws Exception {
        assertEquals(200, post(encoded("zstd", body(2000)), "zstd").statusCode());
        assertEquals(200, post(encoded("gzip", body(2000)), "gzip").statusCode());
        long before = gateway.peakBytes();
        for (String coding : new String[] {"zstd", "gzip", "deflate"}) {
            assertRefused(413, "body_too_large", post(bomb(coding), coding));
            System.out.printf("%s bomb of 1 GiB: peak RSS %d MiB, before the first one %d MiB%n", coding,
                    gateway.peakBytes() / MIB, before / MIB);
        }
        assertTrue(gateway.peakBytes() < before + 256 * MIB, () -> "the heap is a ceiling");
        assertEquals(200, post(encoded("zstd", body(2000)), "zstd").statusCode());
    }

    @Test
    void zstdFailsWithAClearMessageWithoutItsLibrary() throws Exception {
        Image copy = Image.BUILT.copyTo(folder.resolve("sluice"));
        Files.delete(copy.home().resolve("lib/libzstd-jni"));
        try (RunningImage crippled = RunningImage.of(copy, folder, "", RunningImage.account(upstream.baseUri()))) {
            for (int i = 0; i < 2; i++) {
                assertRefused(500, "internal_error", post(crippled.uri(), encoded("zstd", body(2000)), "zstd"));
            }
            assertEquals(200, post(crippled.uri(), encoded("gzip", body(2000)), "gzip").statusCode());
            String output = crippled.end();
            assertTrue(output.contains("zstd's native library cannot be loaded"), output);
        }
    }

    private static void assertRefused(int status, String code, HttpResponse<String> response) {
        assertEquals(status, response.statusCode(), response::body);
        assertTrue(response.body().contains("\"code\":\"" + code + "\""), response::body);
    }

    private HttpResponse<String> post(byte[] body, String coding) throws IOException, InterruptedException {
        return post(gateway.uri(), body, coding);
    }

    private HttpResponse<String> post(URI to, byte[] body, String coding) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(to + "/responses")).header("content-type", "application/json")
                .header("content-encoding", coding).POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static byte[] body(int bytes) {
        StringBuilder text = new StringBuilder("{\"model\":\"gpt-5.1\",\"input\":\"");
        Random random = new Random(1);
        while (text.length() < bytes) {
            text.append(Integer.toString(random.nextInt(), 36)).append(' ');
        }
        return text.append("\"}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] encoded(String coding, byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        switch (coding) {
            // without a checksum, which is optional, some corruptions are text again
            case "zstd" -> write(new ZstdOutputStream(bytes).setChecksum(true), body);
            case "gzip" -> write(new GZIPOutputStream(bytes), body);
            case "deflate" -> write(new DeflaterOutputStream(bytes), body);
            default -> throw new IllegalArgumentException(coding);
        }
        return bytes.toByteArray();
    }

    private static void write(OutputStream encoder, byte[] body) throws IOException {
        try (encoder) {
            encoder.write(body);
        }
    }

    /** What decodes to 1 GiB of zeros, put together from repeated parts. */
    private static byte[] bomb(String coding) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (coding.equals("zstd")) {
            // RFC 8878 §3.1.1: magic number, no flags, a window of 1 MiB; then blocks of one byte, 128 KiB times
            bytes.write(new byte[] {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0x00, 0x50});
            for (long left = BOMB_BYTES; left > 0; left -= 128 * 1024) {
                bytes.write(new byte[] {0x02, 0x00, 0x10, 0x00});
            }
            return bytes.toByteArray();
        }
        // RFC 1952 §2.3, RFC 1950 §2.2: the headers of GZIPOutputStream and DeflaterOutputStream
        bytes.write(encoded(coding, new byte[0]), 0, coding.equals("gzip") ? 10 : 2);
        try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true)) {
            deflater.setInput(new byte[SEGMENT_BYTES]);
            byte[] segment = new byte[SEGMENT_BYTES];
            int length = deflater.deflate(segment, 0, segment.length, Deflater.FULL_FLUSH);
            for (long left = BOMB_BYTES; left > 0; left -= SEGMENT_BYTES) {
                bytes.write(segment, 0, length);
            }
        }
        return bytes.toByteArray();
    }
}
