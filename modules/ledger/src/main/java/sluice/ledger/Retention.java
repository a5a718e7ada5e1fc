package sluice.ledger;

import java.time.Duration;
import java.util.Map;

/**
 * How many rows a database keeps.
 *
 * @param days no older ones; 0: of any age
 * @param rows the newest; 0: all
 */
record Retention(int days, long rows) {
    /** By the keys of {@code usage:}. */
    static Retention of(Map<String, String> settings) {
        return new Retention(Integer.parseInt(settings.getOrDefault("keep-days", "0")),
                Long.parseLong(settings.getOrDefault("keep-rows", "0")));
    }

    boolean keepsAll() {
        return days == 0 && rows == 0;
    }

    /** Rows of earlier moments go. */
    long oldestEpochMillis(long nowEpochMillis) {
        return days == 0 ? Long.MIN_VALUE : nowEpochMillis - Duration.ofDays(days).toMillis();
    }
}
