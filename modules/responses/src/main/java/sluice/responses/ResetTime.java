package sluice.responses;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/** How an error says when a limit ends: by which members, and in which form a moment stands there or in a header. Stateless. */
public final class ResetTime {
    /** Members that name the moment. */
    public static final List<String> AT = List.of("resets_at", "reset_at");
    /** Members that name the seconds until then. */
    public static final List<String> IN = List.of("resets_in_seconds", "reset_in_seconds", "resets_after_seconds", "reset_after_seconds",
            "reset_seconds", "retry_after", "retry_after_seconds");
    /** No second of the epoch is as large for millennia, and every millisecond since 1973 is. */
    private static final double FIRST_MILLISECONDS = 1e11;

    private ResetTime() {
    }

    /** The second of the epoch that a text tells, in seconds, in milliseconds, or as a date of ISO 8601; 0 if it is none. */
    public static double epochSeconds(String told) {
        String text = told.strip();
        try {
            double number = Double.parseDouble(text);
            return Double.isNaN(number) ? 0 : number < FIRST_MILLISECONDS ? number : number / 1e3;
        } catch (NumberFormatException e) {
            try {
                Instant moment = Instant.parse(text);
                // A year of nine digits is a date, too, and its milliseconds fit no number.
                return moment.getEpochSecond() + moment.getNano() / 1e9;
            } catch (DateTimeException none) {
                return 0;
            }
        }
    }
}
