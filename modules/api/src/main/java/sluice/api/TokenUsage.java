package sluice.api;

/**
 * Tokens of one response, as the upstream counted them.
 *
 * @param input all input tokens, cached ones included
 * @param cached input tokens that the prompt cache served
 * @param cacheWrite input tokens that were written to the prompt cache for a price of their own; 0 where writing is free
 * @param output all output tokens, reasoning included
 * @param reasoning output tokens spent on reasoning
 * @param estimated whether the upstream never told and the numbers are a guess
 */
public record TokenUsage(long input, long cached, long cacheWrite, long output, long reasoning, boolean estimated) {
    /** Nothing was used, or nothing is known. */
    public static final TokenUsage NONE = new TokenUsage(0, 0, 0, 0, 0, false);

    /** Of text; a token of a program or of another script than Latin is shorter, but also is what an estimate does not know. */
    public static final long BYTES_PER_TOKEN = 4;

    /** Checks that no count is negative. */
    public TokenUsage {
        if (input < 0 || cached < 0 || cacheWrite < 0 || output < 0 || reasoning < 0) {
            throw new IllegalArgumentException("TokenUsage: counts must not be negative");
        }
    }

    /** Counts that the upstream told. */
    public static TokenUsage told(long input, long cached, long output, long reasoning) {
        return new TokenUsage(input, cached, 0, output, reasoning, false);
    }

    /** The same counts, of whose input so many tokens were written to the prompt cache. */
    public TokenUsage withCacheWrite(long tokens) {
        return new TokenUsage(input, cached, tokens, output, reasoning, estimated);
    }

    /** A guess, for a stream that ended before the upstream told. */
    public static TokenUsage estimate(long input, long output) {
        return new TokenUsage(input, 0, 0, output, 0, true);
    }

    /** Whether an answer has told them: something was used, and nothing of it is a guess. */
    public boolean isTold() {
        return total() > 0 && !estimated;
    }

    /** Input and output together. */
    public long total() {
        return input + output;
    }
}
