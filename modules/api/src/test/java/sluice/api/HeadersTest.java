package sluice.api;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HeadersTest {
    @Test
    void findsThePrefixOfANameInAnyCase() {
        Headers headers = Headers.of("X-RateLimit-Limit", "1", "x-rate", "2");
        assertTrue(headers.nameStartsWith(0, "x-ratelimit-"));
        assertFalse(headers.nameStartsWith(1, "x-ratelimit-"));
        assertTrue(headers.nameStartsWith(1, "X-Rate"));
        assertFalse(headers.nameStartsWith(0, "y"));
    }
}
