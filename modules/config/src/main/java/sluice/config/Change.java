package sluice.config;

/**
 * A difference between two configurations.
 *
 * @param path the key; elements of lists by their name: {@code accounts[main].weight}
 * @param before what it was, redacted; empty if it is new
 * @param after what it is, redacted; empty if it is gone
 * @param restart whether it takes effect only after a restart
 */
public record Change(String path, String before, String after, boolean restart) {
    /** As people read it. */
    @Override
    public String toString() {
        String what = before.isEmpty() ? "added" + (after.isEmpty() ? "" : ": " + after)
                : after.isEmpty() ? "removed (was " + before + ")"
                : before.equals(after) ? "changed behind " + after
                : before + " -> " + after;
        return path + ": " + what + (restart ? " (needs a restart)" : "");
    }
}
