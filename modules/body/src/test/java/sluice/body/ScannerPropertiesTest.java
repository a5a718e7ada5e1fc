package sluice.body;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import sluice.api.BodyEdit;
import sluice.api.BodyScanner.Scan;
import sluice.api.JsonValue;
import sluice.api.OutboundBody;
import sluice.api.OutboundBody.Splice;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;

/**
 * What holds for every body and every edit. The number of tries is {@code jqwik.tries.default}; the Maven profile
 * {@code nightly} raises it.
 */
class ScannerPropertiesTest {
    private static final byte[] NASTY = {'"', '\\', '{', '}', '[', ']', ',', ':', ' ', '0', '-', 'e', '.', 'u', 0, 0x1F, 0x7F,
        (byte) 0x80, (byte) 0xC0, (byte) 0xC2, (byte) 0xE0, (byte) 0xED, (byte) 0xEF, (byte) 0xF4, (byte) 0xF5, (byte) 0xFF};

    @Property
    void editedBytesAreTheEditedTree(@ForAll long seed) throws IOException {
        RandomJson random = new RandomJson(seed);
        String text = random.body();
        List<BodyEdit> edits = random.edits();
        byte[] edited = written(scanned(text).edited(edits));
        JsonNode expected = TreeEdits.apply(TreeEdits.MAPPER.readTree(text), edits);
        assertEquals(expected, TreeEdits.MAPPER.readTree(edited), () -> text + " " + edits);
        assertInstanceOf(Scan.Valid.class, new SpliceScanner().scan(edited, 0, edited.length));
    }

    @Property
    void allBytesOutsideOfTheSplicesAreTheSame(@ForAll long seed) throws IOException {
        RandomJson random = new RandomJson(seed);
        byte[] original = random.body().getBytes(StandardCharsets.UTF_8);
        OutboundBody body = scanned(new String(original, StandardCharsets.UTF_8)).edited(random.edits());
        byte[] edited = written(body);
        assertEquals(edited.length, body.length());
        int from = 0;
        int to = 0;
        for (Splice splice : body.splices()) {
            assertFalse(splice.from() < from || splice.to() < splice.from(), "overlap at " + splice);
            assertSame(original, from, splice.from(), edited, to);
            to += splice.from() - from + splice.patchBytes();
            from = splice.to();
        }
        assertSame(original, from, original.length, edited, to);
        assertEquals(edited.length, to + original.length - from);
    }

    private static void assertSame(byte[] original, int from, int end, byte[] edited, int to) {
        assertEquals(-1, Arrays.mismatch(original, from, end, edited, to, to + end - from));
    }

    @Property
    void fieldsAreThoseOfTheTree(@ForAll long seed) throws IOException {
        String text = new RandomJson(seed).body();
        JsonNode tree = TreeEdits.MAPPER.readTree(text);
        RequestBody body = scanned(text);
        for (Field field : Field.values()) {
            assertValue(tree.path(field.key()), body.field(field));
            assertValue(tree.path(field.key()), body.at(field.key()));
            assertValue(tree.path(field.key()).path("effort"), body.at(field.key() + ".effort"));
        }
    }

    private static void assertValue(JsonNode expected, JsonValue value) {
        switch (value.kind()) {
            case ABSENT -> assertEquals(true, expected.isMissingNode());
            case NULL -> assertEquals(true, expected.isNull());
            case TRUE, FALSE -> assertEquals(expected.booleanValue(), value.kind() == JsonValue.Kind.TRUE);
            case NUMBER -> assertEquals(0, expected.decimalValue().compareTo(new BigDecimal(value.text())));
            case STRING -> assertEquals(expected.textValue(), value.text());
            case ARRAY -> assertEquals(true, expected.isArray());
            case OBJECT -> assertEquals(true, expected.isObject());
        }
    }

    @Property
    void validBodiesAreTaken(@ForAll long seed) {
        byte[] body = new RandomJson(seed).body().getBytes(StandardCharsets.UTF_8);
        assertVerdict(body, body.length);
        assertEquals(true, StrictJackson.accepts(body, body.length));
    }

    @Property
    void theVerdictOnChangedBytesIsJacksons(@ForAll long seed) {
        RandomJson random = new RandomJson(seed);
        byte[] body = random.body().getBytes(StandardCharsets.UTF_8);
        for (int change = 1 + random.below(3); change > 0; change--) {
            byte value = random.below(4) > 0 ? NASTY[random.below(NASTY.length)] : (byte) random.below(256);
            body[random.below(body.length)] = value;
        }
        assertVerdict(body, body.length);
    }

    @Property
    void theVerdictOnDroppedAndRepeatedBytesIsJacksons(@ForAll long seed) {
        RandomJson random = new RandomJson(seed);
        byte[] body = random.body().getBytes(StandardCharsets.UTF_8);
        int from = random.below(body.length);
        int to = Math.min(body.length, from + 1 + random.below(4));
        byte[] shorter = new byte[body.length - (to - from)];
        System.arraycopy(body, 0, shorter, 0, from);
        System.arraycopy(body, to, shorter, from, body.length - to);
        assertVerdict(shorter, shorter.length);
        byte[] longer = Arrays.copyOf(body, body.length + to - from);
        System.arraycopy(body, from, longer, to, body.length - from);
        assertVerdict(longer, longer.length);
    }

    @Property
    void theVerdictOnTruncatedBytesIsJacksons(@ForAll long seed) {
        RandomJson random = new RandomJson(seed);
        byte[] body = random.body().getBytes(StandardCharsets.UTF_8);
        assertVerdict(body, random.below(body.length));
    }

    static void assertVerdict(byte[] bytes, int length) {
        Scan scan = new SpliceScanner().scan(bytes, 0, length);
        boolean accepted = StrictJackson.accepts(bytes, length);
        if (accepted != scan instanceof Scan.Valid || accepted != StrictAutomaton.accepts(bytes, length)) {
            throw new AssertionError(scan + " of " + new String(bytes, 0, length, StandardCharsets.UTF_8));
        }
        if (scan instanceof Scan.Malformed malformed) {
            assertFalse(malformed.offset() < 0 || malformed.offset() > length, malformed.toString());
        }
    }

    private static RequestBody scanned(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return assertInstanceOf(Scan.Valid.class, new SpliceScanner().scan(bytes, 0, bytes.length)).body();
    }

    private static byte[] written(OutboundBody body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        body.writeTo(out);
        return out.toByteArray();
    }
}
