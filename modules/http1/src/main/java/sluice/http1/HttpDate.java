package sluice.http1;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The time of day as {@code Date} wants it (RFC 9110 §5.6.7), made once a second. Thread-safe. */
public final class HttpDate {
    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US).withZone(ZoneOffset.UTC);

    private record Made(long epochSeconds, String text) { }

    private static volatile Made last = new Made(-1, "");

    private HttpDate() {
    }

    /** The time of day, now. */
    public static String now() {
        long seconds = System.currentTimeMillis() / 1000;
        Made made = last;
        if (made.epochSeconds() != seconds) {
            made = new Made(seconds, IMF_FIXDATE.format(Instant.ofEpochSecond(seconds)));
            last = made;
        }
        return made.text();
    }
}
