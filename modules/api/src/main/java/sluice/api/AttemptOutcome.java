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
        /** Too much for a moment: (account, model) cools down. */
        RATE_LIMITED,
        /** What the account may use until its renewal is used up: the account rests. */
        USAGE_LIMIT,
        /** Its money or quota is used up, and no renewal is known: the account rests. */
        QUOTA,
        /** Its key was refused: the account is probed again later. */
        UNAUTHORIZED,
        /** Forbidden, in OpenAI's words: counts, three in a row cool the account down. The request may be at fault. */
        FORBIDDEN,
        /** This account does not serve the model (plan, organisation, verification): (account, model) is left alone for a while. */
        MODEL_UNSERVED,
        /** This account does not have the route: (account, route) is left alone for a while. */
        ROUTE_UNSERVED,
        /** Server error, overloaded, broken stream: counts towards the breaker. The request may be at fault. */
        UPSTREAM,
        /** Broke after the request was sent, or while it was: counts towards the breaker. The request may be at fault. */
        TRANSPORT,
        /** Never reached: counts towards the breaker, whatever the request was. */
        UNREACHABLE;

        /** Whether the request itself may have caused it, so that it proves nothing until another account has been asked. */
        public boolean maybeTheRequest() {
            return this == UPSTREAM || this == TRANSPORT || this == FORBIDDEN;
        }
    }
}
