package sluice.baseline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.BodyEdit;
import sluice.api.BodyScanner.Scan;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;

class TreeScannerTest {
    private static final String BODY = """
            {"model":"a","stream":true,"mod\\u0065l":"b","reasoning":{"effort":"low"},"max_output_tokens":12,
            "input":[{"type":"item_reference","id":"r"},{"id":"m","content":[{"encrypted_content":"e"}]}]}""";

    @Test
    void answersWhatTheTreeHolds() {
        RequestBody body = body(BODY);
        assertEquals(JsonValue.string("b"), body.field(Field.MODEL));
        assertEquals(JsonValue.TRUE, body.field(Field.STREAM));
        assertEquals(JsonValue.ABSENT, body.field(Field.STORE));
        assertEquals("12", body.field(Field.MAX_OUTPUT_TOKENS).text());
        assertEquals(JsonValue.string("low"), body.at("reasoning.effort"));
        assertEquals(JsonValue.ABSENT, body.at("model.effort"));
        assertTrue(body.isRepeated(Field.MODEL));
        assertFalse(body.isRepeated(Field.STREAM));
        assertTrue(body.hasEncryptedContent());
    }

    @Test
    void editsACopyOfTheTree() throws IOException {
        RequestBody body = body(BODY);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        body.edited(List.of(new BodyEdit.Put("model", "\"c\""), new BodyEdit.Remove("stream"),
                new BodyEdit.Put("text.verbosity", "1"), new BodyEdit.Remove("reasoning.effort"),
                new BodyEdit.CorrectInput(Set.of(BodyEdit.InputCorrection.values())))).writeTo(out);
        assertEquals("""
                {"model":"c","reasoning":{},"max_output_tokens":12,\
                "input":[{"content":[{"encrypted_content":"e"}]}],"text":{"verbosity":1}}""",
                out.toString(StandardCharsets.UTF_8));
        assertEquals(JsonValue.string("b"), body.field(Field.MODEL));
    }

    @Test
    void sendsTheBytesAsTheyCameWithoutEdits() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        body(BODY).edited(List.of()).writeTo(out);
        assertEquals(BODY, out.toString(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "{}x", "{\"a\":1,}", "{\"a\":01}", "nul"})
    void refusesWhatIsNotAnObject(String text) {
        assertInstanceOf(Scan.Malformed.class, scan(text));
    }

    private static RequestBody body(String text) {
        return assertInstanceOf(Scan.Valid.class, scan(text)).body();
    }

    private static Scan scan(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new TreeScanner().scan(bytes, 0, bytes.length);
    }
}
