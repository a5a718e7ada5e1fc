package sluice.api;

import java.time.Duration;

/** How an attempt at an account went, for its statistics and its state. */
public sealed interface AttemptOutcome {
    /**
     * The account answered as it should.
     *
     * @param firstOutputNanos from sending the request to the first output; 0 if there was none to time
     * @param usage what the answer used
     * @param responseId the id of the response that now lives in the account; empty without one
     * @param conversationId the conversation that it belongs to; empty without one
     * @param reasoningStripped whether encrypted reasoning had to be taken out because the account could not read it
     */
    record Succeeded(long firstOutputNanos, TokenUsage usage, String responseId, String conversationId, boolean reasoningStripped)
            implements AttemptOutcome {
        /** With all its reasoning, if it had any. */
        public Succeeded(long firstOutputNanos, TokenUsage usage, String responseId, String conversationId) {
            this(firstOutputNanos, usage, responseId, conversationId, false);
        }
    }

    /**
     * The account, or the way to it, failed.
     *
     * @param kind what failed
     * @param coolDown how long the upstream asked to be left alone; zero if it did not say
     */
    record Failed(Kind kind, Duration coolDown) implements AttemptOutcome { }

    /** Nothing to learn about the account: the client left, or the request was at fault. */
    record Ignored() implements AttemptOutcome { }

    /** What failed, and so which part of the account rests. */
    enum Kind {
        /** 429: (account, model) cools down. */
        RATE_LIMITED,
        /** 402 or {@code insufficient_quota}: the account cools down. */
        QUOTA,
        /** 401: the account is unauthorized, and probed again later. */
        UNAUTHORIZED,
        /** 403 with an OpenAI error: counts, three in a row cool the account down. */
        FORBIDDEN,
        /** The model is unknown to the account: (account, model) is unserved for a while. */
        MODEL_UNSERVED,
        /** 5xx, overloaded, broken stream: counts towards the breaker. */
        UPSTREAM,
        /** Could not be reached, or reset: counts towards the breaker. */
        TRANSPORT
    }
}
