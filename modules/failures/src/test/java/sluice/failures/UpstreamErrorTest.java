package sluice.failures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpstreamErrorTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '~', nullValues = "-", value = {
        "~{\"error\":{\"message\":\"m\",\"type\":\"t\",\"param\":null,\"code\":\"c\"}}~, c, t, m, true, true",
        "~{\"error\":{\"message\":\"m\",\"type\":\"t\",\"code\":null}}~, ~~, t, m, true, true",
        "~ {\"detail\":\"d\"} ~, ~~, ~~, d, true, false",
        "~{\"detail\":{\"code\":\"deactivated_workspace\"}}~, deactivated_workspace, ~~, ~~, true, false",
        "~{\"error\":\"invalid_grant\"}~, ~~, ~~, invalid_grant, true, false",
        "~{\"message\":\"no Route matched\"}~, ~~, ~~, no Route matched, true, false",
        "~{\"type\":\"error\",\"code\":\"c\",\"message\":\"m\",\"param\":null}~, c, ~~, m, true, false",
        "~{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"m\"}}~, ~~, overloaded_error, m, true, true",
        "~{\"response\":{\"error\":{\"code\":\"c\",\"message\":\"m\"}},\"type\":\"response.failed\"}~, c, ~~, m, true, true",
        "~{\"error\":{\"code\":429,\"message\":\"\\u0061\"}}~, 429, ~~, a, true, true",
        "~<html>nothing</html>~, ~~, ~~, ~~, false, false",
        "~{\"error\":{\"message\":\"cut o~, ~~, ~~, ~~, false, false",
        "~{\"error\":{}} and more~, ~~, ~~, ~~, false, false",
        "~[]~, ~~, ~~, ~~, false, false",
        "~~, ~~, ~~, ~~, false, false",
    })
    void findsTheWordsWhereverTheyStand(String body, String code, String type, String message, boolean json, boolean openAi) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        UpstreamError error = UpstreamError.read(bytes, bytes.length, 0);
        assertEquals(new UpstreamError(code, type, message, json, openAi, error.resetsIn()), error);
    }
}
