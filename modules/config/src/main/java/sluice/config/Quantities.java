package sluice.config;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as people write them: {@code 250ms}, {@code 10m}, {@code 64MiB}, {@code 25%}. Stateless. */
final class Quantities {
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d{1,15}(?:\\.\\d{1,6})?)\\s*([A-Za-z%]*)");
    private static final Map<String, Long> NANOS = Map.of("ms", 1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L,
            "h", 3_600_000_000_000L, "d", 86_400_000_000_000L);
    private static final Map<String, Long> BYTES = Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private Quantities() {
    }

    /** Reads a duration; a bare number has no unit and is refused, {@code 0} apart. */
    static Duration duration(String text) throws BadValue {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        if (matcher.matches() && ("0".equals(text) || NANOS.containsKey(matcher.group(2)))) {
            double nanos = Double.parseDouble(matcher.group(1)) * NANOS.getOrDefault(matcher.group(2), 1L);
            if (nanos <= Long.MAX_VALUE) {
                return Duration.ofNanos(Math.round(nanos));
            }
        }
        throw new BadValue("must be a duration with a unit (ms, s, m, h or d), such as 30s");
    }

    /** Reads a size in bytes. */
    static long bytes(String text) throws BadValue {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        if (matcher.matches() && BYTES.containsKey(matcher.group(2))) {
            double bytes = Double.parseDouble(matcher.group(1)) * BYTES.get(matcher.group(2));
            if (bytes <= 1L << 50) {
                return Math.round(bytes);
            }
        }
        throw new BadValue("must be a size with a unit (KiB, MiB or GiB), such as 64MiB");
    }

    /** Reads a size, or a share of {@code wholeBytes}: {@code 25%}. */
    static long bytesOrShare(String text, long wholeBytes) throws BadValue {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        if (matcher.matches() && "%".equals(matcher.group(2))) {
            double percent = Double.parseDouble(matcher.group(1));
            if (percent <= 0 || percent > 100) {
                throw new BadValue("must be more than 0% and at most 100%");
            }
            return Math.round(wholeBytes / 100.0 * percent);
        }
        return bytes(text);
    }

    /** Writes a duration with the largest unit that fits. */
    static String write(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0s";
        }
        for (String unit : new String[] {"d", "h", "m", "s"}) {
            long unitMillis = NANOS.get(unit) / 1_000_000;
            if (millis % unitMillis == 0) {
                return millis / unitMillis + unit;
            }
        }
        return millis + "ms";
    }

    /** Writes a size with the largest unit that fits. */
    static String write(long bytes) {
        for (String unit : new String[] {"GiB", "MiB", "KiB"}) {
            long unitBytes = BYTES.get(unit);
            if (bytes >= unitBytes) {
                return bytes % unitBytes == 0 ? bytes / unitBytes + unit
                        : String.format(Locale.ROOT, "%.1f%s", (double) bytes / unitBytes, unit);
            }
        }
        return Long.toString(bytes);
    }
}
