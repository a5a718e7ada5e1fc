package sluice.failures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
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
        "~{\"error\":{\"error\":{\"code\":\"c\",\"type\":\"t\",\"message\":\"m\"}}}~, c, t, m, true, true",
        "~{\"detail\":{\"error\":{\"code\":\"c\",\"message\":\"m\"}}}~, c, ~~, m, true, false",
        "~[{\"error\":{\"code\":\"c\",\"message\":\"m\"}}]~, c, ~~, m, true, true",
        "~{\"error\":{\"code\":\"b\",\"type\":\"b\",\"message\":\"{\\\"error\\\":{\\\"code\\\":\\\"c\\\"}}\"}}~, c, ~~, ~~, true, true",
        "~{\"error\":{\"code\":\"c\",\"message\":\"a {b} of {\\\"c\\\":1}\"}}~, c, ~~, ~a {b} of {\"c\":1}~, true, true",
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

    @ParameterizedTest
    @CsvSource(quoteCharacter = '~', value = {"~ Too many requests\n~, ~Too many requests~", "~<html>Too many requests</html>~, ~~",
        "~~, ~~"})
    void aShortTextIsAMessageAndAPageIsNone(String body, String message) {
        assertEquals(message, UpstreamError.text(body.getBytes(StandardCharsets.UTF_8)).message());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '~', value = {"~\"resets_at\":1300~", "~\"resets_at\":\"1300\"~",
        "~\"resets_at\":\"1970-01-01T00:21:40Z\"~",
        "~\"reset_at\":1300.0~", "~\"resets_at\":null,\"resets_in_seconds\":300~", "~\"resets_in_seconds\":\"300\",\"resets_at\":0~",
        "~\"retry_after\":300~", "~\"reset_seconds\":300,\"resets_in_seconds\":2~", "~\"message\":\"Please try again in 5m.\"~"})
    void readsWhenALimitEndsInManyForms(String told) {
        byte[] bytes = ("{\"error\":{\"error\":{" + told + "}}}").getBytes(StandardCharsets.UTF_8);
        assertEquals(Duration.ofSeconds(300), UpstreamError.read(bytes, bytes.length, 1_000_000).resetsIn());
    }

    @Test
    void takesMillisecondsOfTheEpochForWhatTheyAre() {
        byte[] bytes = "{\"error\":{\"resets_at\":1772180859000}}".getBytes(StandardCharsets.UTF_8);
        assertEquals(Duration.ofSeconds(59), UpstreamError.read(bytes, bytes.length, 1_772_180_800_000L).resetsIn());
    }
}
