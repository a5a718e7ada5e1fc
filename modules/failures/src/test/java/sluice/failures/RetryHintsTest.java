package sluice.failures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.api.Headers;

class RetryHintsTest {
    private static final long NOW = 1_000_000_000_000L;

    @ParameterizedTest
    @CsvSource({
        "retry-after, 3, 3000", "Retry-After, 0.5, 500", "retry-after-ms, 250, 250",
        "retry-after, 'Sun, 09 Sep 2001 01:46:45 GMT', 5000", "retry-after, 'Sun, 09 Sep 2001 01:46:30 GMT', 0",
        "retry-after, soon, 0", "retry-after, -1, 0", "retry-after, 1e300, 0",
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
    void believesTheMillisecondsFirst() {
        assertEquals(Duration.ofMillis(70),
                RetryHints.read(Headers.of("retry-after", "9", "retry-after-ms", "70"), Duration.ofSeconds(3), NOW));
        assertEquals(Duration.ofSeconds(3), RetryHints.read(Headers.EMPTY, Duration.ofSeconds(3), NOW));
    }
}
