package sluice.api;

/**
 * What a {@link SelectionPolicy} decided for one request. The accounts to try are in the {@link Shortlist}.
 *
 * @param layer what decided
 * @param rebind whether the session lives in the chosen account from now on
 * @param patientUntilNanos until when the request waits for its session's account alone; 0: any account will do
 * @param stickiness what staying costs against leaving; {@link Decision.Stickiness#NONE} without a session
 */
public record Choice(Decision.Layer layer, boolean rebind, long patientUntilNanos, Decision.Stickiness stickiness) {
    /** The account that made the response has it, and nobody else. */
    public static final Choice OWNER = new Choice(Decision.Layer.RESPONSE_OWNER, false, 0, Decision.Stickiness.NONE);
    /** No session to keep. */
    public static final Choice FREE = new Choice(Decision.Layer.LOAD_BALANCE, true, 0, Decision.Stickiness.NONE);

    /** The session stays where it lives. */
    public static Choice stay(Decision.Stickiness stickiness) {
        return new Choice(Decision.Layer.SESSION, false, 0, stickiness);
    }

    /** The session goes elsewhere: for this request, or for good. */
    public static Choice leave(boolean rebind, Decision.Stickiness stickiness) {
        return new Choice(Decision.Layer.LOAD_BALANCE, rebind, 0, stickiness);
    }

    /** The session waits for the account where it lives, until {@code untilNanos} on the clock of {@link Situation#nowNanos}. */
    public static Choice patient(long untilNanos, Decision.Stickiness stickiness) {
        return new Choice(Decision.Layer.SESSION, false, untilNanos, stickiness);
    }
}
