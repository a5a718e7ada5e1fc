package sluice.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code sluice bench} printed.
 *
 * @param directMillis time to the first byte without the gateway, median
 * @param throughMillis the same through it
 * @param answered requests that were answered through it
 * @param failed requests that were not, on either side
 */
record BenchOutput(double directMillis, double throughMillis, int answered, int failed) {
    private static final Pattern FIRST = Pattern.compile("time to first (?:byte|event), p50\\s+([0-9.]+) ms\\s+([0-9.]+) ms");
    private static final Pattern ANSWERED = Pattern.compile("(?m)^answered\\s+(\\d+)\\s+(\\d+)");
    private static final Pattern FAILED = Pattern.compile("(?m)^failed\\s+(\\d+)\\s+(\\d+)");

    /**
     * Reads the table.
     *
     * @throws IllegalArgumentException if a line of it is missing, with all of the text
     */
    static BenchOutput of(String text) {
        Matcher first = found(FIRST, text);
        Matcher answered = found(ANSWERED, text);
        Matcher failed = found(FAILED, text);
        return new BenchOutput(Double.parseDouble(first.group(1)), Double.parseDouble(first.group(2)),
                Integer.parseInt(answered.group(2)), Integer.parseInt(failed.group(1)) + Integer.parseInt(failed.group(2)));
    }

    private static Matcher found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalArgumentException("sluice bench did not print " + pattern + ":\n" + text);
        }
        return matcher;
    }
}
