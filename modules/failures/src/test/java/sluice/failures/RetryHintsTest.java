package sluice.failures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.api.Headers;

class RetryHintsTest {
    /** 2001-09-09T01:46:40Z, a Sunday. */
    private static final long NOW = 1_000_000_000_000L;

    @ParameterizedTest
    @CsvSource({
        "retry-after, 3, 3000", "Retry-After, 0.5, 500", "retry-after-ms, 250, 250",
        "retry-after, 'Sun, 09 Sep 2001 01:46:45 GMT', 5000", "retry-after, 'Sun, 09 Sep 2001 01:46:30 GMT', 0",
        "retry-after, 'Sunday, 09-Sep-01 01:46:45 GMT', 5000", "retry-after, 'Sunday, 09-Sep-45 01:46:45 GMT', 0",
        "retry-after, 'Sun Sep  9 01:46:45 2001', 5000", "retry-after, 'Mon Sep 10 01:46:40 2001', 86400000",
        "retry-after, soon, 0", "retry-after, -1, 0", "retry-after, 1e300, 0", "retry-after, NaN, 0", "retry-after, '', 0",
        "x-codex-primary-reset-at, 1000000060, 60000", "x-codex-secondary-reset-after-seconds, 90, 90000",
        "x-codex-primary-reset-at, 2001-09-09T01:47:40Z, 60000", "x-codex-primary-reset-at, 999, 0",
        "x-codex-primary-reset-at, 2001-09-09T01:47:40.500Z, 60500", "x-codex-primary-reset-at, +1000000000-12-31T23:59:59Z, 0",
        "x-codex-primary-reset-at, +999999999-01-01T00:00:00Z, 0", "x-codex-primary-reset-at, -999999999-01-01T00:00:00Z, 0",
        "x-codex-primary-reset-at, 1e308, 0", "x-codex-primary-reset-at, NaN, 0", "x-codex-primary-reset-at, -5, 0",
        "x-codex-primary-reset-after-seconds, Infinity, 0", "x-codex-primary-reset-after-seconds, -1e308, 0",
        "retry-after, 'Fri, 31 Dec 9999 23:59:59 GMT', 0", "retry-after, 99999999999999999999999, 0", "retry-after-ms, 1e308, 0",
    })
    void readsEveryForm(String name, String value, long millis) {
        assertEquals(Duration.ofMillis(millis), RetryHints.read(Headers.of(name, value), Duration.ZERO, NOW));
    }

    @ParameterizedTest
    @CsvSource({"6m0s, 360000", "20ms, 20", "1h2m3s, 3723000", "1.5s, 1500", "xyz, 0", "5q, 0"})
    void readsTheResetOfAnEmptyBucket(String reset, long millis) {
        Headers headers = Headers.of("x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", reset);
        assertEquals(Duration.ofMillis(millis), RetryHints.read(headers, Duration.ZERO, NOW));
    }

    @Test
    void ignoresTheResetOfABucketThatIsNotEmpty() {
        Headers headers = Headers.of("x-ratelimit-remaining-tokens", "10", "x-ratelimit-reset-tokens", "60s",
                "x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", "2s");
        assertEquals(Duration.ofSeconds(2), RetryHints.read(headers, Duration.ZERO, NOW));
    }

    @Test
    void ignoresTheResetOfAWindowThatIsNotUsedUp() {
        Headers headers = Headers.of("x-codex-primary-used-percent", "100.0", "x-codex-primary-reset-after-seconds", "300",
                "x-codex-secondary-used-percent", "31", "x-codex-secondary-reset-after-seconds", "400000");
        assertEquals(Duration.ofSeconds(300), RetryHints.read(headers, Duration.ZERO, NOW));
    }

    @Test
    void ofSeveralLinesTheLongestCounts() {
        assertEquals(Duration.ofSeconds(9), RetryHints.read(Headers.of("retry-after", "-1", "retry-after", "9", "Retry-After", "soon",
                "retry-after", "3", "retry-after", "1e99"), Duration.ZERO, NOW));
    }

    @Test
    void theLongestHintCountsAndAnEmptyOneTakesNothing() {
        assertEquals(Duration.ofSeconds(9),
                RetryHints.read(Headers.of("retry-after", "9", "retry-after-ms", "70"), Duration.ofSeconds(3), NOW));
        assertEquals(Duration.ofSeconds(3), RetryHints.read(Headers.EMPTY, Duration.ofSeconds(3), NOW));
        assertEquals(Duration.ofSeconds(300), RetryHints.read(Headers.of("retry-after", "0", "retry-after-ms", "0",
                "x-codex-primary-reset-after-seconds", "0"), Duration.ofSeconds(300), NOW));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '~', value = {
        "~{\"error\":{\"resets_in_seconds\":300,\"resets_at\":null}}~, 300000",
        "~{\"error\":{\"resets_at\":null,\"resets_in_seconds\":300}}~, 300000",
        "~{\"error\":{\"resets_in_seconds\":0,\"resets_at\":1000000060}}~, 60000",
        "~{\"error\":{\"resets_at\":1000000060,\"resets_in_seconds\":0}}~, 60000",
        "~{\"type\":\"response.failed\",\"response\":{\"id\":\"r\",\"error\":{\"code\":\"x\",\"resets_in_seconds\":9}}}~, 9000",
        "~{\"type\":\"error\",\"status\":429,\"error\":{\"type\":\"usage_limit_reached\",\"resets_at\":1000000007}}~, 7000",
        "~{\"type\":\"error\",\"code\":\"x\",\"resets_in_seconds\":4}~, 4000",
        "~{\"detail\":{\"code\":\"x\",\"resets_in_seconds\":\"5\"}}~, 5000",
        "~{\"detail\":\"Slow down, try again in 2 minutes and 3 seconds.\"}~, 123000",
        "~{\"error\":{\"message\":\"Please try again in 1.2s.\"}}~, 1200",
        "~{\"error\":{\"message\":\"Please try again in 6m0s. Visit us.\"}}~, 360000",
        "~{\"error\":{\"message\":\"Please try again in 20ms.\",\"resets_in_seconds\":3}}~, 3000",
        "~{\"error\":{\"message\":\"Try again later.\"}}~, 0",
        "~{\"error\":{\"resets_in_seconds\":1e300}}~, 0",
        "~{\"error\":{\"resets_in_seconds\":{\"a\":1}}}~, 0",
    })
    void readsWhatABodyOrAnEventSays(String json, long millis) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        assertEquals(Duration.ofMillis(millis), UpstreamError.read(bytes, bytes.length, NOW).resetsIn());
    }
}
