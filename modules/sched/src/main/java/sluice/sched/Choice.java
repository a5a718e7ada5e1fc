package sluice.sched;

import java.util.Optional;
import sluice.api.Decision;

/**
 * What the layers decided for one request. The accounts to try are in the {@link Lineup}.
 *
 * @param layer what decided
 * @param rebind whether the session belongs to the chosen account from now on
 * @param patientUntilNanos until when the request waits for its session's account only; 0: any account will do
 * @param stickiness the price, where there was a session
 */
record Choice(Decision.Layer layer, boolean rebind, long patientUntilNanos, Optional<Decision.Stickiness> stickiness) {
    /** The account that made the response has it, and nobody else. */
    static final Choice OWNER = new Choice(Decision.Layer.RESPONSE_OWNER, false, 0, Optional.empty());
    /** No session to keep. */
    static final Choice FREE = new Choice(Decision.Layer.LOAD_BALANCE, true, 0, Optional.empty());

    static Choice stay(Decision.Stickiness stickiness) {
        return new Choice(Decision.Layer.SESSION, false, 0, Optional.of(stickiness));
    }

    static Choice leave(boolean rebind, Decision.Stickiness stickiness) {
        return new Choice(Decision.Layer.LOAD_BALANCE, rebind, 0, Optional.of(stickiness));
    }

    static Choice patient(long untilNanos, Decision.Stickiness stickiness) {
        return new Choice(Decision.Layer.SESSION, false, untilNanos, Optional.of(stickiness));
    }
}
