package sluice.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static String decode(String literal) {
        byte[] json = ("x" + literal + "\\n").getBytes(StandardCharsets.UTF_8);
        return JsonText.decode(json, 1, json.length - 2);
    }

    @Test
    void readsWhatJacksonReadsAndWritesWhatItReads() throws Exception {
        Random random = new Random(3);
        String letters = "ab\"\\/\b\f\n\r\tü€\u0001\uD83D\uDE00 u0041";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                text.appendCodePoint(letters.codePointAt(random.nextInt(14)));
            }
            String plain = text.toString().replaceAll("[\uD800-\uDFFF]", "");
            String quoted = JsonStrings.quote(plain);
            assertEquals(plain, MAPPER.readTree(quoted).asText());
            assertEquals(plain, decode(quoted.substring(1, quoted.length() - 1)));
        }
        assertEquals("A\uD83D\uDE00/", decode("\\u0041\\ud83d\\ude00\\/"));
    }

    @Test
    void leavesBrokenEscapesOut() {
        assertEquals("a", decode("a\\"));
        assertEquals("a", decode("a\\u"));
        assertEquals("a", decode("a\\u12"));
        assertEquals("azz", decode("a\\u12zz"));
        assertEquals("aüb", decode("a\\üb"));
    }

    @Test
    void namesAreComparedAfterUnescaping() {
        byte[] name = JsonNames.bytes("model");
        for (String same : new String[] {"model", "m\\u006fdel", "\\u006d\\u006f\\u0064\\u0065\\u006c"}) {
            byte[] spelled = JsonNames.bytes(same);
            assertEquals(true, JsonNames.equal(spelled, 0, spelled.length, name), same);
        }
        for (String other : new String[] {"Model", "mode\\", "models", ""}) {
            byte[] spelled = JsonNames.bytes(other);
            assertEquals(false, JsonNames.equal(spelled, 0, spelled.length, name), other);
        }
    }
}
