package sluice.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A span of time as upstreams write it, in headers and for people: {@code 6m0s}, {@code 120ms}, {@code 2 minutes and 3 seconds}.
 * Stateless.
 */
public final class ToldSpan {
    /** Longer texts are a mistake or an attack. */
    private static final int MAX_CHARS = 128;
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?) ?([a-z]*)");

    private ToldSpan() {
    }

    /**
     * The seconds that a text names, by numbers with units one after another; a number alone is seconds. What stands behind anything else
     * is not read; 0 if a unit is unknown.
     */
    public static double seconds(String text) {
        if (text.length() > MAX_CHARS) {
            return 0;
        }
        double seconds = 0;
        Matcher part = PART.matcher(text.replace("and ", "").replace(",", "").strip());
        int at = 0;
        while (part.find() && part.start() - at <= 1) {
            seconds += Double.parseDouble(part.group(1)) * unit(part.group(2));
            at = part.end();
        }
        return Double.isNaN(seconds) ? 0 : seconds;
    }

    private static double unit(String name) {
        return switch (name) {
            case "d", "day", "days" -> 86_400;
            case "h", "hour", "hours" -> 3600;
            case "m", "min", "mins", "minute", "minutes" -> 60;
            case "s", "sec", "secs", "second", "seconds", "" -> 1;
            case "ms", "millisecond", "milliseconds" -> 1e-3;
            default -> Double.NaN;
        };
    }
}
