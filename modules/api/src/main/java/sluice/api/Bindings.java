package sluice.api;

/** Where sessions live. Bounded, with a time to live. Thread-safe. */
public interface Bindings {
    /** Where a session lives, {@link Binding#NONE} if nowhere; renews its time to live. */
    Binding find(long sessionKey);

    /**
     * Moves a session, unless somebody else has moved it since.
     *
     * @param from what {@link #find} gave
     * @return where it lives now, as far as it is known here
     */
    Binding move(long sessionKey, Binding from, Binding to);
}
