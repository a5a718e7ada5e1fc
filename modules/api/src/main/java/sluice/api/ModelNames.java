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
}
