package sluice.responses;

/** What an event means for a relay. */
public enum EventKind {
    /** Announces output, or is not known to carry any, as a heartbeat: held back by {@code FIRST_OUTPUT}. */
    OPENING,
    /** A piece of output. */
    DELTA,
    /** Carries a piece of output whole. */
    OUTPUT,
    /** Ends the response, and is not a failure. */
    TERMINAL,
    /** {@code error} or {@code response.failed}: ends the response. */
    FAILED;

    /** Whether the response is over. */
    public boolean terminal() {
        return this == TERMINAL || this == FAILED;
    }
}
