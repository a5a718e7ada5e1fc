package sluice.failures;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sluice.api.Headers;

/**
 * How long an upstream asks to be left alone: {@code retry-after-ms}, {@code Retry-After} (RFC 9110 §10.2.3), or the reset of
 * the rate-limit bucket that is empty ({@code x-ratelimit-reset-*}, such as {@code 6m0s} or {@code 20ms}), and what the error
 * itself says. Thread-safe.
 */
public final class RetryHints {
    private static final String[] BUCKETS = {"requests", "tokens", "input-tokens", "output-tokens"};
    private static final Pattern IN_MESSAGE = Pattern.compile("try again in ((?:[0-9]+(?:\\.[0-9]+)?(?:ms|[smh])){1,4})",
            Pattern.CASE_INSENSITIVE);
    /** Longer waits are a mistake or an attack; the scheduler has its own cap below this. */
    private static final double MAX_SECONDS = 30.0 * 24 * 3600;

    private RetryHints() {
    }

    /** The wait, or zero if the answer does not say. */
    public static Duration read(Headers headers, Duration fromBody, long epochMillis) {
        Optional<Duration> millis = headers.first("retry-after-ms").flatMap(text -> number(text, 1e-3));
        if (millis.isPresent()) {
            return millis.get();
        }
        Optional<String> after = headers.first("retry-after");
        if (after.isPresent()) {
            return number(after.get(), 1).or(() -> date(after.get(), epochMillis)).orElse(Duration.ZERO);
        }
        Duration longest = fromBody;
        for (String bucket : BUCKETS) {
            boolean empty = headers.first("x-ratelimit-remaining-" + bucket).filter("0"::equals).isPresent();
            Optional<Duration> reset = empty ? headers.first("x-ratelimit-reset-" + bucket).flatMap(RetryHints::goDuration)
                    : Optional.empty();
            if (reset.isPresent() && reset.get().compareTo(longest) > 0) {
                longest = reset.get();
            }
        }
        return longest;
    }

    /** The wait that an error's message names, as in "Please try again in 1.2s."; zero if it names none. */
    public static Duration inMessage(String message) {
        Matcher told = IN_MESSAGE.matcher(message);
        return told.find() ? goDuration(told.group(1)).orElse(Duration.ZERO) : Duration.ZERO;
    }

    private static Optional<Duration> number(String text, double unitSeconds) {
        try {
            return ofSeconds(Double.parseDouble(text.strip()) * unitSeconds);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<Duration> date(String text, long epochMillis) {
        try {
            Instant at = ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            return ofSeconds((at.toEpochMilli() - epochMillis) / 1e3);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Numbers with the units h, m, s and ms, one after another. */
    private static Optional<Duration> goDuration(String text) {
        double seconds = 0;
        int at = 0;
        while (at < text.length()) {
            int digits = at;
            while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '.')) {
                at++;
            }
            int unit = at;
            while (at < text.length() && Character.isLetter(text.charAt(at))) {
                at++;
            }
            if (digits == unit) {
                return Optional.empty();
            }
            double scale = switch (text.substring(unit, at)) {
                case "h" -> 3600;
                case "m" -> 60;
                case "s", "" -> 1;
                case "ms" -> 1e-3;
                default -> -1;
            };
            try {
                seconds += Double.parseDouble(text.substring(digits, unit)) * scale;
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
            if (scale < 0) {
                return Optional.empty();
            }
        }
        return ofSeconds(seconds);
    }

    private static Optional<Duration> ofSeconds(double seconds) {
        return seconds > 0 && seconds <= MAX_SECONDS ? Optional.of(Duration.ofNanos((long) (seconds * 1e9))) : Optional.empty();
    }
}
