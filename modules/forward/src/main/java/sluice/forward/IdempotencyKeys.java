package sluice.forward;

import java.util.HexFormat;
import sluice.api.Headers;
import sluice.api.SessionKeys;

/**
 * Keeps clients apart who send the same {@code Idempotency-Key}: an account that takes it for the same request would give one of them the
 * answer of the other. Each client's keys become others, which nobody can choose. Thread-safe.
 *
 * @param keys make them
 * @param several whether there is anybody to keep apart
 */
record IdempotencyKeys(SessionKeys keys, boolean several) {
    private static final HeaderNames NAMES = HeaderNames.withUnderscores("idempotency-key", "x-idempotency-key");

    /** A client's headers as an account may see them. */
    Headers seenBy(String client, Headers headers) {
        boolean any = false;
        for (int i = 0; several && i < headers.size() && !any; i++) {
            any = NAMES.contains(headers, i);
        }
        if (!any) {
            return headers;
        }
        Headers.Builder own = Headers.builder();
        for (int i = 0; i < headers.size(); i++) {
            if (NAMES.contains(headers, i)) {
                own.add(headers.name(i), ownOf(client, headers.value(i)));
            } else {
                own.add(headers, i);
            }
        }
        return own.build();
    }

    /** 128 bits. */
    private String ownOf(String client, String value) {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(keys.key(client, "idempotency 1 " + value)) + hex.toHexDigits(keys.key(client, "idempotency 2 " + value));
    }
}
