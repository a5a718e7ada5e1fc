package sluice.api;

/**
 * What an account may still use, in one window of time, as its upstream told it.
 *
 * @param window the window's name: {@code primary}, {@code secondary}, {@code requests}, {@code tokens}
 * @param model the model that it is for; empty if for all of them together
 * @param left the part that is left, 0..1
 * @param lengthMillis how long the window is; 0 if that is not known, as of rates that are renewed all the time
 * @param renewsEpochMillis when it is whole again
 */
public record Quota(String window, String model, double left, long lengthMillis, long renewsEpochMillis) {
    /** Keeps the part within its range. */
    public Quota {
        left = Math.clamp(left, 0, 1);
    }
}
