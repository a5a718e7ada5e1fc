package sluice.api;

/**
 * A time for which an account, or a part of it, is left alone.
 *
 * @param account the account's name
 * @param part what of it rests
 * @param why in one word
 * @param untilEpochMillis when it ends
 * @param statedEpochMillis when the upstream said that it ends, which may be later than the rest is allowed to last; 0 if it did not say
 */
public record Rest(String account, Part part, Why why, long untilEpochMillis, long statedEpochMillis) {
    /**
     * What rests.
     *
     * @param kind all of it, one model, or one route
     * @param name the model or the route; empty for all of it
     */
    public record Part(Kind kind, String name) {
        /** The whole account. */
        public static final Part ALL = new Part(Kind.ACCOUNT, "");

        /** Kinds of parts. */
        public enum Kind { ACCOUNT, MODEL, ROUTE }
    }

    /** Why it rests. */
    public enum Why {
        /** Too many requests or tokens for a moment. */
        RATE_LIMIT,
        /** What the account may use until its renewal is used up. */
        USAGE_LIMIT,
        /** It failed too often in a row. */
        BREAKER,
        /** Its key was refused. */
        UNAUTHORIZED,
        /** An operator sent it to rest, or it refused too often in a row. */
        COOLING,
        /** It refuses this model or this route, where others serve it. */
        UNSERVED
    }
}
