package sluice.body;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.BodyScanner;
import sluice.api.BodyScanner.Scan;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;

class HostileBodiesTest {
    private static final int MEBIBYTE = 1024 * 1024;

    @Test
    void takesNoMoreDepthThanAllowed() {
        String deepest = "[".repeat(BodyScanner.MAX_DEPTH - 1) + "]".repeat(BodyScanner.MAX_DEPTH - 1);
        assertEquals(JsonValue.ARRAY, body("{\"input\":" + deepest + "}").field(Field.INPUT));
        Scan.Malformed tooDeep = malformed(bytes("{\"input\":[" + deepest + "]}"));
        assertEquals("{\"input\":".length() + BodyScanner.MAX_DEPTH - 1, tooDeep.offset());
        assertEquals("nested deeper than 512", tooDeep.reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "[{\"a\":[", "[[],"})
    void endsAtADepthBombAtOnce(String level) {
        Scan.Malformed bomb = malformed(bytes("{\"input\":" + level.repeat(MEBIBYTE)));
        assertTrue(bomb.offset() < level.length() * (BodyScanner.MAX_DEPTH + 10));
    }

    @Test
    void takesAStringOfSixtyFourMebibytes() {
        byte[] bytes = new byte[64 * MEBIBYTE];
        Arrays.fill(bytes, (byte) 'x');
        byte[] head = bytes("{\"model\":\"m\",\"input\":\"");
        System.arraycopy(head, 0, bytes, 0, head.length);
        bytes[bytes.length - 2] = '"';
        bytes[bytes.length - 1] = '}';
        assertEquals(JsonValue.string("m"), assertInstanceOf(Scan.Valid.class, scan(bytes)).body().field(Field.MODEL));
        bytes[bytes.length - 2] = 'x';
        assertEquals(bytes.length, malformed(bytes).offset());
    }

    @Test
    void takesANumberOfAMebibyteAsItIs() {
        String digits = "1234567890".repeat(MEBIBYTE / 10);
        String json = "{\"max_output_tokens\":" + digits + "}";
        assertEquals(digits.substring(0, Values.LONGEST_BYTES), body(json).field(Field.MAX_OUTPUT_TOKENS).text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ud800", "\\udc00", "\\udc00\\ud800", "\\ud800x", "\\ud83d\\ude00"})
    void takesSurrogatesThatAreEscaped(String text) {
        assertEquals(JsonValue.Kind.STRING, body("{\"model\":\"" + text + "\"}").field(Field.MODEL).kind());
    }

    /** The first number says how many bytes of the text could be right. */
    @ParameterizedTest
    @CsvSource({"1, eda080", "1, edbfbf", "0, c080", "0, c1bf", "1, e08080", "1, e09fbf", "1, f0808080", "1, f08fbfbf",
        "1, f4908080", "0, f5808080", "0, ff", "0, 80", "1, c2", "2, e4bd", "3, f09f98", "2, e4bd20", "1, c320"})
    void refusesWhatIsNotUtf8(int right, String hex) {
        byte[] text = HexFormat.of().parseHex(hex);
        byte[] head = bytes("{\"input\":\"");
        byte[] tail = bytes("\"}");
        byte[] all = Arrays.copyOf(head, head.length + text.length + tail.length);
        System.arraycopy(text, 0, all, head.length, text.length);
        System.arraycopy(tail, 0, all, head.length + text.length, tail.length);
        assertEquals(new Scan.Malformed(head.length + right, "not UTF-8"), scan(all));
    }

    @ParameterizedTest
    @ValueSource(strings = {"eda080", "e08080", "f4908080"})
    void isStricterThanJacksonWhereRfc3629Is(String hex) {
        byte[] all = bytes("{\"input\":\"0000\"}");
        byte[] text = HexFormat.of().parseHex(hex);
        System.arraycopy(text, 0, all, 10, text.length);
        assertTrue(StrictJackson.acceptsAlone(all, all.length));
        assertInstanceOf(Scan.Malformed.class, scan(all));
    }

    @Test
    void refusesAByteOrderMark() {
        assertEquals(new Scan.Malformed(0, "expected an object"), scan(bytes("\uFEFF{}")));
        assertEquals(0, malformed("{}".getBytes(StandardCharsets.UTF_16)).offset());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"0 | ~{}", "2 | {}~", "5 | {'a':~1}", "6 | {'a':'~'}", "7 | {'a':12~}",
        "1 | {~'a':1}"})
    void refusesNulWhereverItStands(int offset, String text) {
        assertEquals(offset, malformed(bytes(text.replace('~', '\0').replace('\'', '"'))).offset());
    }

    /** The tilde stands before the first byte that cannot be right. */
    @ParameterizedTest
    @ValueSource(strings = {"~", "~[]", "~'x'", "~nul", "{~", "{~,}", "{'a'~}", "{'a':1,~}", "{'a':~}", "{'a' ~1}", "{'a':0~1}",
        "{'a':-~}", "{'a':1.~}", "{'a':1e~}", "{'a':1e+~}", "{'a':~.5}", "{'a':~+1}", "{'a':1~a}", "{'a':[1 ~2]}", "{'a':~NaN}",
        "{'a':t~Rue}", "{'a':1}~}", "{}~{}", "{~a:1}", "{'a':[1~}", "{'a':~]}", "{'a':'\\~x'}", "{'a':'\\u12~G4'}", "{~/**/}",
        "{'a':'~\n'}", "{'a':1}~,", "{'a':1 ~'b':2}", "{'a'~,'b':2}", "{'a':1,~,}"})
    void refusesWhatIsNotJson(String marked) {
        String quoted = marked.replace('\'', '"');
        int offset = quoted.indexOf('~');
        byte[] json = bytes(quoted.replace("~", ""));
        assertFalse(StrictJackson.acceptsAlone(json, json.length));
        assertEquals(offset, malformed(json).offset());
    }

    @Test
    void comparesNamesAfterUnescaping() {
        assertEquals(JsonValue.string("gpt-5"), body("{\"mod\\u0065l\":\"gpt\\u002D5\"}").field(Field.MODEL));
        assertEquals(JsonValue.string("x"), body("{\"a\\\"b\":{\"\\u00e9\":\"x\"}}").at("a\"b.\u00e9"));
        assertEquals(JsonValue.ABSENT, body("{\"mod\\\\u0065l\":1}").field(Field.MODEL));
    }

    @Test
    void tellsADuplicateHoweverItIsSpelled() {
        assertTrue(body("{\"model\":\"a\",\"model\":\"b\"}").isRepeated(Field.MODEL));
        assertTrue(body("{\"model\":\"a\",\"x\":1,\"\\u006dodel\":\"b\"}").isRepeated(Field.MODEL));
        assertEquals(JsonValue.string("b"), body("{\"model\":\"a\",\"\\u006dodel\":\"b\"}").field(Field.MODEL));
        assertFalse(body("{\"model\":\"a\",\"stream\":true,\"stream\":false}").isRepeated(Field.MODEL));
    }

    @Test
    void doesNotTakeAMemberElsewhereForOneOfTheBody() {
        RequestBody body = body("""
                {"tools":[{"model":"x","stream":true}],"metadata":{"model":"y"},"input":"\\"model\\":\\"z\\",","model":"a"}""");
        assertEquals(JsonValue.string("a"), body.field(Field.MODEL));
        assertFalse(body.isRepeated(Field.MODEL));
        assertEquals(JsonValue.ABSENT, body.field(Field.STREAM));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"true | {'input':[{'encrypted_content':'x'}]}",
        "true | {'input':{'a':{'encrypted_content':[]}}}",
        "true | {'input':[{'\\u0065ncrypted_content':'x'}]}", "false | {'input':[{'encrypted_content':null}]}",
        "false | {'tools':[{'encrypted_content':'x'}],'input':'encrypted_content'}", "false | {'encrypted_content':'x'}",
        "true | {'input':[{'encrypted_content':'x'}],'tools':[]}", "true | {'input':[{'encrypted_content':'x'}],'input':[]}"})
    void notesEncryptedContentInTheInputOnly(boolean expected, String text) {
        assertEquals(expected, body(text.replace('\'', '"')).hasEncryptedContent());
    }

    @Test
    void refusesMoreMembersThanItsTableHolds() {
        String most = "\"\":0,".repeat(MemberTable.MAX_MEMBERS - 1);
        assertEquals(JsonValue.string("m"), body("{" + most + "\"model\":\"m\"}").field(Field.MODEL));
        assertEquals("more than 1024 members", malformed(bytes("{" + most + "\"a\":0,\"model\":\"m\"}")).reason());
    }

    private static RequestBody body(String text) {
        return assertInstanceOf(Scan.Valid.class, scan(bytes(text))).body();
    }

    private static Scan.Malformed malformed(byte[] bytes) {
        return assertInstanceOf(Scan.Malformed.class, scan(bytes));
    }

    private static Scan scan(byte[] bytes) {
        return new SpliceScanner().scan(bytes, 0, bytes.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A copy of a text for each look at it costs more than the body. */
    @ParameterizedTest
    @ValueSource(strings = {"a", "\u00e9", "\ud83d\ude42", "\\u00e9", "\\n", "x\\ud83d\\ude42"})
    void ofALongTextOnlyTheBeginningIsKept(String part) {
        String long16 = part.repeat(1 << 20);
        for (String shift : List.of("", "b", "bb", "bbb")) {
            byte[] json = bytes("{\"model\":\"" + shift + long16 + "\",\"service_tier\":" + "9".repeat(1 << 20) + "}");
            RequestBody body = assertInstanceOf(Scan.Valid.class, scan(json)).body();
            String text = body.field(Field.MODEL).text();
            assertTrue(text.length() <= Values.LONGEST_BYTES && text.length() > Values.LONGEST_BYTES / 8, shift + part + text.length());
            String plain = (shift + long16.substring(0, Values.LONGEST_BYTES)).replace("\\u00e9", "\u00e9").replace("\\n", "\n")
                    .replace("\\ud83d", "\ud83d").replace("\\ude42", "\ude42");
            assertTrue(plain.startsWith(text), shift + part);
            assertEquals(Values.LONGEST_BYTES, body.field(Field.SERVICE_TIER).text().length());
        }
    }
}
