package sluice.wspool;

import sluice.api.UpstreamResult;

/** What came of sending a turn once. */
sealed interface Round {
    /** This is what became of it. */
    record Done(UpstreamResult result) implements Round { }

    /**
     * The connection was dead or too old: the turn is sent once more, on another one.
     *
     * @param mayHaveRun whether the account may have executed it all the same
     */
    record Again(boolean mayHaveRun) implements Round { }
}
