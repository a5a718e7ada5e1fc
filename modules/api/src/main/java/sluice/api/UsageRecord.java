package sluice.api;

import java.util.OptionalLong;

/**
 * One request, as accounts are settled by it. It is made from groups, and read by the short names below. Immutable and
 * thread-safe.
 *
 * @param requestId unique
 * @param times when it came, and how long it took
 * @param who whose it is
 * @param asked what was asked for
 * @param served what served it
 * @param result what came of it
 * @param charge what is charged for it
 */
public record UsageRecord(String requestId, Times times, Who who, Asked asked, Served served, Result result, Charge charge) {
    /**
     * When a request came, and how long it took.
     *
     * @param epochMillis when it came
     * @param durationNanos from its first byte to the last of the answer
     * @param firstOutputNanos from its first byte to the first output; 0 if none
     */
    public record Times(long epochMillis, long durationNanos, long firstOutputNanos) { }

    /**
     * Whose a request is.
     *
     * @param client empty if it was refused before that was known
     * @param team empty if the client belongs to none
     * @param session a hash that requests of one session share; 0 if it has none
     */
    public record Who(String client, String team, long session) { }

    /**
     * What was asked for.
     *
     * @param route such as {@code POST /v1/responses}
     * @param model as the client spelled it; empty if unknown
     * @param tier the service tier, such as {@code flex}; empty for the usual one
     * @param stream whether a stream was asked for
     * @param bytes size of the body
     */
    public record Asked(String route, String model, String tier, boolean stream, long bytes) { }

    /**
     * What served it.
     *
     * @param account the account of the last attempt; empty if there was none
     * @param upstreamModel what that account was asked for; empty if unknown
     * @param attempts accounts called
     * @param resends times that the request was sent again though it may have been executed
     */
    public record Served(String account, String upstreamModel, int attempts, int resends) { }

    /**
     * What came of it.
     *
     * @param responseId empty if unknown
     * @param status HTTP status of the answer; 499 if the client left before one
     * @param errorCode stable code; empty if it went well
     */
    public record Result(String responseId, int status, String errorCode) { }

    /**
     * What is charged for it.
     *
     * @param usage tokens
     * @param nanoDollars what they cost by the prices of that moment, in billionths of a dollar; empty if the model has no price
     */
    public record Charge(TokenUsage usage, OptionalLong nanoDollars) {
        /** Nothing was used. */
        public static final Charge NOTHING = new Charge(TokenUsage.NONE, OptionalLong.of(0));
    }

    /** When it came, in milliseconds since 1970. */
    public long epochMillis() {
        return times.epochMillis;
    }

    /** From its first byte to the last of the answer. */
    public long durationNanos() {
        return times.durationNanos;
    }

    /** From its first byte to the first output; 0 if none. */
    public long firstOutputNanos() {
        return times.firstOutputNanos;
    }

    /** Empty if it was refused before that was known. */
    public String client() {
        return who.client;
    }

    /** Empty if the client belongs to none. */
    public String team() {
        return who.team;
    }

    /** Such as {@code POST /v1/responses}. */
    public String route() {
        return asked.route;
    }

    /** As the client spelled it; empty if unknown. */
    public String model() {
        return asked.model;
    }

    /** The service tier; empty for the usual one. */
    public String tier() {
        return asked.tier;
    }

    /** Whether a stream was asked for. */
    public boolean stream() {
        return asked.stream;
    }

    /** Size of the body. */
    public long requestBytes() {
        return asked.bytes;
    }

    /** The account of the last attempt; empty if there was none. */
    public String account() {
        return served.account;
    }

    /** What that account was asked for; empty if unknown. */
    public String upstreamModel() {
        return served.upstreamModel;
    }

    /** Accounts called. */
    public int attempts() {
        return served.attempts;
    }

    /** Times that the request was sent again though it may have been executed. */
    public int resends() {
        return served.resends;
    }

    /** Empty if unknown. */
    public String responseId() {
        return result.responseId;
    }

    /** HTTP status of the answer; 499 if the client left before one. */
    public int status() {
        return result.status;
    }

    /** Stable code; empty if it went well. */
    public String errorCode() {
        return result.errorCode;
    }

    /** Tokens. */
    public TokenUsage usage() {
        return charge.usage;
    }

    /** What the tokens cost, in billionths of a dollar; empty if the model has no price. */
    public OptionalLong costNanoDollars() {
        return charge.nanoDollars;
    }
}
