package sluice.forward;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.api.Headers;
import sluice.responses.Check;

class BodyEncodingTest {
    private static boolean passes(String type, byte[] body) {
        return BodyEncoding.check(Headers.of("content-type", type), body, body.length) instanceof Check.Passed;
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16", "UTF-16BE", "UTF-16LE", "x-UTF-16LE-BOM", "UTF-32", "UTF-32BE", "UTF-32LE", "X-UTF-32BE-BOM",
        "X-UTF-32LE-BOM"})
    void jsonInWideCharactersIsFoundWhateverItsTypeSays(String charset) {
        for (String json : new String[] {"{\"a\":1}", " [1]", "\n{}"}) {
            for (String type : new String[] {"application/json", "text/plain", ""}) {
                assertEquals(false, passes(type, json.getBytes(Charset.forName(charset))), json + type);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"application/json | {} | true", "application/json; charset=UTF-8 | {} | true",
        "application/json; charset=\"utf-8\" | {} | true", "application/json; charset=utf-7 | {} | false",
        "application/json;charset = \"IBM037\" | {} | false", "application/json; charset=utf-8; charset=utf-16 | {} | false",
        "multipart/form-data; boundary=\"charset=x\" | --b | true", "audio/mp4 | x | true", "text/plain | \u00e9 | true"})
    void aBodyIsReadAsItsTypeSays(String type, String body, boolean passes) {
        assertEquals(passes, passes(type, body.getBytes(StandardCharsets.UTF_8)));
    }
}
