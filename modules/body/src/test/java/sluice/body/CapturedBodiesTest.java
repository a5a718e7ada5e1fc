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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sluice.api.BodyEdit;
import sluice.api.BodyEdit.CorrectInput;
import sluice.api.BodyEdit.InputCorrection;
import sluice.api.BodyEdit.Put;
import sluice.api.BodyEdit.Remove;
import sluice.api.BodyScanner.Scan;
import sluice.api.RequestBody;

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
    private static final int CHUNK_BYTES = 512;

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

    /** At night all places of all bodies, filled to their size: 80 million texts; else some places, and all of small bodies. */
    @Test
    void areJudgedLikeTheAutomatonWithEveryValueOfAByte() {
        for (Map.Entry<String, byte[]> body : BODIES.entrySet()) {
            StrictAutomaton automaton = new StrictAutomaton(body.getValue());
            int step = NIGHTLY || body.getValue().length < SMALL_BYTES ? 1 : 10 * STEP;
            int chunks = (body.getValue().length + CHUNK_BYTES - 1) / CHUNK_BYTES;
            long wrong = IntStream.range(0, chunks).parallel()
                    .mapToLong(chunk -> wrongVerdicts(body.getValue(), automaton, chunk * CHUNK_BYTES, step)).sum();
            assertEquals(0, wrong, body.getKey());
        }
    }

    /** How often scanner and automaton disagree, in a copy of the bytes. */
    private static long wrongVerdicts(byte[] body, StrictAutomaton automaton, int from, int step) {
        byte[] bytes = body.clone();
        SpliceScanner scanner = new SpliceScanner();
        long wrong = 0;
        for (int i = from; i < Math.min(bytes.length, from + CHUNK_BYTES); i += step) {
            for (int value = 0; value < 256; value++) {
                bytes[i] = (byte) value;
                if (scanner.scan(bytes, 0, bytes.length) instanceof Scan.Valid != automaton.acceptsWith(i, (byte) value)) {
                    wrong++;
                }
            }
            bytes[i] = body[i];
        }
        return wrong;
    }

    @Test
    void theAutomatonJudgesOneChangeAsItJudgesTheChangedText() {
        Random random = new Random(11);
        for (byte[] body : CapturedBodies.withTextsUpTo(SHORT_TEXT).values()) {
            StrictAutomaton automaton = new StrictAutomaton(body);
            for (int tries = 0; tries < 2000; tries++) {
                int at = random.nextInt(body.length);
                byte[] changed = body.clone();
                changed[at] = (byte) random.nextInt(256);
                assertEquals(StrictAutomaton.accepts(changed, changed.length), automaton.acceptsWith(at, changed[at]));
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
