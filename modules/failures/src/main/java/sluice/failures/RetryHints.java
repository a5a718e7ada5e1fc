package sluice.failures;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.api.Headers;
import sluice.api.RelayOutcome;
import sluice.api.ToldSpan;
import sluice.responses.ResetTime;

/**
 * How long an upstream asks to be left alone: {@code retry-after-ms}, {@code Retry-After} (RFC 9110 §10.2.3), the reset of a
 * rate-limit bucket that is empty ({@code x-ratelimit-reset-*}, such as {@code 6m0s} or {@code 20ms}), the reset of a window of a
 * plan that is used up ({@code x-codex-primary-reset-*}), and what the error itself says. The longest counts: a hint that is
 * missing, zero, past or nonsense takes nothing from another. Thread-safe.
 */
public final class RetryHints {
    private static final List<String> BUCKETS = List.of("requests", "tokens", "input-tokens", "output-tokens");
    private static final List<String> WINDOWS = List.of("x-codex-primary", "x-codex-secondary");
    private static final Pattern IN_MESSAGE = Pattern.compile(
            "(?:try again|retry|resets?) (?:in|after) ((?:(?:and )?\\d+(?:\\.\\d+)? ?"
                    + "(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?)\\b,? ?"
                    + "|\\d+(?:\\.\\d+)?(?:ms|[smhd])){1,4})");
    /** Longer waits are a mistake or an attack; the scheduler has its own cap below this. */
    private static final double MAX_SECONDS = 30.0 * 24 * 3600;

    private RetryHints() {
    }

    /** The wait, or zero if neither the headers nor the body says. */
    public static Duration read(Headers headers, Duration fromBody, long epochMillis) {
        Duration longest = fromBody;
        for (int i = 0; i < headers.size(); i++) {
            if (headers.nameIs(i, "retry-after-ms")) {
                longest = longer(longest, number(headers.value(i), 1e-3));
            } else if (headers.nameIs(i, "retry-after")) {
                longest = longer(longest, longer(seconds(headers.value(i)), date(headers.value(i), epochMillis)));
            }
        }
        for (String bucket : BUCKETS) {
            if (headers.first("x-ratelimit-remaining-" + bucket).map(String::strip).filter("0"::equals).isPresent()) {
                longest = longer(longest, headers.first("x-ratelimit-reset-" + bucket).map(RetryHints::parts).orElse(Duration.ZERO));
            }
        }
        for (String window : WINDOWS) {
            longest = longer(longest, ofWindow(headers, window, epochMillis));
        }
        return longest;
    }

    /** The wait that a failure told as an event asks for, in whatever way: in its members, its message, or the answer's headers. */
    public static Duration of(Headers headers, RelayOutcome.StreamError error, long epochMillis) {
        RelayOutcome.Resets resets = error.resets();
        Duration told = longer(ofSeconds(resets.inSeconds()), ofSeconds(resets.atEpochSeconds() - epochMillis / 1e3));
        return read(headers, longer(told, inMessage(error.message())), epochMillis);
    }

    /** A window of a plan counts if it is used up, or does not say how far it is used. */
    private static Duration ofWindow(Headers headers, String window, long epochMillis) {
        if (headers.first(window + "-used-percent").map(text -> number(text, 1)).filter(used -> used.toSeconds() < 100).isPresent()) {
            return Duration.ZERO;
        }
        Duration longest = headers.first(window + "-reset-at").map(text -> until(text, epochMillis)).orElse(Duration.ZERO);
        for (String name : List.of("-reset-after-seconds", "-reset-in-seconds", "-resets-in-seconds")) {
            longest = longer(longest, headers.first(window + name).map(RetryHints::seconds).orElse(Duration.ZERO));
        }
        return longest;
    }

    /** The wait that an error's message names, as in "Please try again in 1.2s."; zero if it names none. */
    public static Duration inMessage(String message) {
        Matcher told = IN_MESSAGE.matcher(message.toLowerCase(Locale.ROOT));
        return told.find() ? parts(told.group(1)) : Duration.ZERO;
    }

    static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    /** A number of seconds; zero if it is none. */
    static Duration seconds(String text) {
        return number(text, 1);
    }

    /** The time until a moment, as {@link ResetTime} reads it; zero if it is none, or past. */
    static Duration until(String text, long epochMillis) {
        return ofSeconds(ResetTime.epochSeconds(text) - epochMillis / 1e3);
    }

    private static Duration number(String text, double unitSeconds) {
        try {
            return ofSeconds(Double.parseDouble(text.strip()) * unitSeconds);
        } catch (NumberFormatException e) {
            return Duration.ZERO;
        }
    }

    /** A date in any of the three forms of RFC 9110 §5.6.7. */
    private static Duration date(String text, long epochMillis) {
        String one = text.strip();
        LocalDateTime now = LocalDateTime.ofEpochSecond(epochMillis / 1000, 0, ZoneOffset.UTC);
        for (DateTimeFormatter form : List.of(DateTimeFormatter.RFC_1123_DATE_TIME, rfc850(now.getYear()), ASCTIME)) {
            try {
                return ofSeconds(LocalDateTime.parse(one, form).toEpochSecond(ZoneOffset.UTC) - epochMillis / 1e3);
            } catch (DateTimeException e) {
                // It may be in another form.
            }
        }
        return Duration.ZERO;
    }

    private static final DateTimeFormatter ASCTIME = DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US);

    /** Two digits of a year are at most fifty years ahead. */
    private static DateTimeFormatter rfc850(int thisYear) {
        return new DateTimeFormatterBuilder().appendPattern("EEEE, dd-MMM-").appendValueReduced(ChronoField.YEAR, 2, 2, thisYear - 49)
                .appendPattern(" HH:mm:ss 'GMT'").toFormatter(Locale.US);
    }

    private static Duration parts(String text) {
        return ofSeconds(ToldSpan.seconds(text));
    }

    private static Duration ofSeconds(double seconds) {
        return seconds > 0 && seconds <= MAX_SECONDS ? Duration.ofNanos((long) (seconds * 1e9)) : Duration.ZERO;
    }
}
