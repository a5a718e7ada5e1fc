package sluice.api;

/**
 * A mapped model: the name to look for in an answer and the name to put in its place.
 *
 * @param upstream what the upstream calls it
 * @param client what the client asked for
 */
public record ModelNames(String upstream, String client) {
    /** Not mapped: nothing to restore. */
    public static final ModelNames SAME = new ModelNames("", "");

    /** Whether there is a name to restore. */
    public boolean mapped() {
        return !upstream.equals(client);
    }

    /**
     * Whether the name that stands in an answer is that of {@link #upstream}: the same one, or the dated edition that an
     * alias stands for, such as {@code gpt-5-2025-08-07} for {@code gpt-5}.
     */
    public boolean isUpstream(String answered) {
        if (!answered.startsWith(upstream)) {
            return false;
        }
        int next = upstream.length();
        return answered.length() == next || answered.charAt(next) == '-' && answered.length() > next + 1
                && answered.charAt(next + 1) >= '0' && answered.charAt(next + 1) <= '9';
    }
}
