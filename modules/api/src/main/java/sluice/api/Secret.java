package sluice.api;

/**
 * A credential. Its text leaves only by {@link #reveal()}; printing, logging or comparing it by accident shows nothing.
 * Thread-safe.
 */
public final class Secret {
    private final String text;

    /** Wraps {@code text}; an empty text is an absent credential. */
    public Secret(String text) {
        this.text = text;
    }

    /** The credential itself, for the one place that sends it. */
    public String reveal() {
        return text;
    }

    /** Whether there is no credential. */
    public boolean isEmpty() {
        return text.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.text.equals(text);
    }

    @Override
    public int hashCode() {
        return Secret.class.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
