package sluice.body;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import sluice.api.BodyEdit;
import sluice.api.BodyEdit.CorrectInput;
import sluice.api.BodyEdit.InputCorrection;
import sluice.api.BodyEdit.Put;
import sluice.api.BodyEdit.Remove;
import sluice.api.RequestBody;
import sluice.api.Scan;

class CapturedBodiesTest {
    private static final Map<String, byte[]> BODIES = CapturedBodies.all();
    private static final int SMALL_BYTES = 500;
    /** Each byte of the bodies is tried at night; else each byte of the same ones with short texts, and some of these. */
    private static final boolean NIGHTLY = Boolean.getBoolean("sluice.nightly");
    private static final int STEP = NIGHTLY ? 1 : 101;
    /** What each byte is changed to at night, besides a random value: bytes that JSON or UTF-8 knows. */
    private static final byte[] TELLING = NIGHTLY ? new byte[] {'"', '\\', 0, '\n', ',', '}', (byte) 0x80, (byte) 0xC0, (byte) 0xED,
        (byte) 0xF8} : new byte[0];
    private static final int SHORT_TEXT = 150;

    @Test
    void areAsLargeAsTheyWere() {
        assertTrue(BODIES.get("codex-http-plain-0").length > 35_000);
    }

    @Test
    void areEditedLikeTheirTrees() throws IOException {
        List<BodyEdit> edits = List.of(new Put("model", "\"m\""), new Put("reasoning.effort", "\"low\""), new Remove("store"),
                new Remove("client_metadata.turn_id"), new CorrectInput(Set.of(InputCorrection.values())));
        for (byte[] bytes : BODIES.values()) {
            RequestBody body = assertInstanceOf(Scan.Valid.class, new SpliceScanner().scan(bytes, 0, bytes.length)).body();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            body.edited(edits).writeTo(out);
            assertEquals(TreeEdits.apply(TreeEdits.MAPPER.readTree(bytes), edits),
                    TreeEdits.MAPPER.readTree(out.toByteArray()));
        }
    }

    @Test
    void areRefusedWhereverTheyAreCut() {
        for (byte[] bytes : BODIES.values()) {
            for (int length = 0; length < bytes.length; length++) {
                Scan.Malformed cut = assertInstanceOf(Scan.Malformed.class, new SpliceScanner().scan(bytes, 0, length));
                assertEquals(length, cut.offset());
            }
        }
    }

    @Test
    void areJudgedLikeJacksonWhicheverByteIsCorrupt() {
        Random random = new Random(7);
        for (byte[] bytes : CapturedBodies.withTextsUpTo(SHORT_TEXT).values()) {
            for (int i = 0; i < bytes.length; i++) {
                assertVerdictWith(bytes, i, (byte) (bytes[i] + 1 + random.nextInt(255)));
            }
        }
        for (byte[] bytes : BODIES.values()) {
            for (int i = 0; i < bytes.length; i += STEP) {
                assertVerdictWith(bytes, i, (byte) (bytes[i] + 1 + random.nextInt(255)));
                for (byte value : TELLING) {
                    assertVerdictWith(bytes, i, value);
                }
            }
        }
    }

    @Test
    void areJudgedLikeJacksonWithEveryValueOfEveryByte() {
        for (byte[] bytes : BODIES.values()) {
            for (int i = 0; bytes.length < SMALL_BYTES && i < bytes.length; i++) {
                for (int value = 0; value < 256; value++) {
                    assertVerdictWith(bytes, i, (byte) value);
                }
            }
        }
    }

    private static void assertVerdictWith(byte[] bytes, int at, byte value) {
        byte right = bytes[at];
        bytes[at] = value;
        try {
            ScannerPropertiesTest.assertVerdict(bytes, bytes.length);
        } finally {
            bytes[at] = right;
        }
    }
}
