package sluice.records;

import java.util.List;
import sluice.api.AttemptOutcome;
import sluice.api.BodyEdit;
import sluice.api.Decision;
import sluice.api.UsageRecord;

/**
 * A request that has ended, as operations see it. Immutable.
 *
 * @param usage who asked for what, and what it took
 * @param times where the time went
 * @param upstreamHeadersNanos from sending the last attempt to the headers of its answer, whatever it said; 0 if there was none
 * @param upstreamFirstOutputNanos from sending the last attempt to its first output; 0 if there was none
 * @param answerBytes bytes of the answer's body
 * @param events events of a stream
 * @param flushes writes to the client
 * @param layer what chose the last account
 * @param escaped whether the session left its account for a better one
 * @param story what happened on its way
 */
public record EndedRequest(UsageRecord usage, StageTimes times, long upstreamHeadersNanos, long upstreamFirstOutputNanos,
        long answerBytes, long events, long flushes, Decision.Layer layer, boolean escaped, Story story) {
    /** Attempts that failed, in order. */
    public List<FailedTry> failures() {
        return story.failures();
    }

    /** For people; empty if nothing failed. */
    public String detail() {
        return story.detail();
    }

    /**
     * What happened on a request's way.
     *
     * @param failures attempts that failed, in order
     * @param tries calls of accounts, in order
     * @param detail for people; empty if nothing failed
     */
    public record Story(List<FailedTry> failures, List<Attempt> tries, String detail) {
        /** Copies the lists. */
        public Story {
            failures = List.copyOf(failures);
            tries = List.copyOf(tries);
        }
    }

    /**
     * One call of an account.
     *
     * @param decision why this account
     * @param edits what was changed in the body for it; at most 32 of them
     * @param beganNanos from the request's first byte until the account was chosen
     * @param tookNanos from then until it was over
     * @param failure why it did not answer the request; empty if it did
     */
    public record Attempt(Decision decision, List<BodyEdit> edits, long beganNanos, long tookNanos, String failure) { }

    /**
     * An attempt that failed.
     *
     * @param account the account
     * @param reason what the account's statistics learnt of it
     */
    public record FailedTry(String account, Reason reason) { }

    /** Why an attempt failed: the kinds of {@link AttemptOutcome}, and those that are not the account's fault. */
    public enum Reason {
        RATE_LIMITED, USAGE_LIMIT, QUOTA, UNAUTHORIZED, FORBIDDEN, MODEL_UNSERVED, ROUTE_UNSERVED, UPSTREAM, TRANSPORT, UNREACHABLE,
        CLIENT_GONE, REQUEST;

        /** The reason for what the statistics learn. */
        public static Reason of(AttemptOutcome.Kind kind) {
            return valueOf(kind.name());
        }
    }
}
