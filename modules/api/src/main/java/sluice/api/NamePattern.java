package sluice.api;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A name, or the beginning of names: a trailing {@code *} fits any ending, also an empty one; elsewhere it is a character like
 * others. The one rule for models of accounts, of clients and of prices; and for what is an edition of a model.
 *
 * @param text as it is configured
 */
public record NamePattern(String text) {
    private static final String WILD = "*";
    /** A year, month and day; or a month and day, as editions of 2023 and 2024 have it. */
    private static final Pattern EDITION = Pattern.compile("(.+)-(?:20\\d\\d-\\d\\d-\\d\\d|20\\d{6}|[01]\\d[0-3]\\d)");

    /** Whether it fits more than one name. */
    public boolean isWild() {
        return text.endsWith(WILD);
    }

    /** What every name that fits begins with; the name itself, if it is not wild. */
    public String start() {
        return isWild() ? text.substring(0, text.length() - 1) : text;
    }

    /** Whether {@code name} fits. */
    public boolean fits(String name) {
        return isWild() ? text.regionMatches(0, name, 0, text.length() - 1) : name.equals(text);
    }

    /**
     * The model of which {@code name} is a dated edition, such as {@code gpt-5} of {@code gpt-5-2025-08-07}, {@code gpt-4} of
     * {@code gpt-4-0613}, or any with a date of eight digits; empty if its end is no date.
     */
    public static Optional<String> withoutEdition(String name) {
        Matcher edition = EDITION.matcher(name);
        return edition.matches() ? Optional.of(edition.group(1)) : Optional.empty();
    }

    /** Whether there is a name that fits both. */
    public boolean meets(NamePattern other) {
        if (isWild() && other.isWild()) {
            return start().startsWith(other.start()) || other.start().startsWith(start());
        }
        return isWild() ? fits(other.text) : other.fits(text);
    }
}
