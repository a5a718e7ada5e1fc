package sluice.api;

/**
 * A name, or the beginning of names: a trailing {@code *} fits any ending, also an empty one; elsewhere it is a character like
 * others. The one rule for models of accounts, of clients and of prices.
 *
 * @param text as it is configured
 */
public record NamePattern(String text) {
    private static final String WILD = "*";

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

    /** Whether there is a name that fits both. */
    public boolean meets(NamePattern other) {
        if (isWild() && other.isWild()) {
            return start().startsWith(other.start()) || other.start().startsWith(start());
        }
        return isWild() ? fits(other.text) : other.fits(text);
    }
}
