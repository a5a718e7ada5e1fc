package sluice.failures;

/** What an attempt at an account came to, for whoever may try another one. */
public sealed interface AttemptResult {
    /** The client has its answer, or has left: nothing more is to be done. */
    record Done() implements AttemptResult { }

    /**
     * The client has no answer yet.
     *
     * @param failure what went wrong
     */
    record Failed(FailedAttempt failure) implements AttemptResult { }
}
