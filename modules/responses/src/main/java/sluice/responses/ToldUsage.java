package sluice.responses;

import sluice.api.TokenUsage;

/** What an object {@code usage} tells, member by member; -1 for what it does not tell, or not by a count. Stateless. */
public final class ToldUsage {
    /** A hundred times what the largest model reads; whoever tells more has not counted. */
    private static final long MOST_TOKENS = 100_000_000;

    private ToldUsage() {
    }

    /**
     * The usage that is told.
     *
     * @param total input and output together, for answers that have one of them only, such as embeddings
     * @return {@link TokenUsage#NONE} if nothing is told, or what no model can use; marked as estimated if input or output is missing,
     *     so that what is missing is not taken for nothing; no more is cached than was read, and no more was thought than was written
     */
    public static TokenUsage of(long input, long output, long total, long cached, long cacheWrite, long reasoning) {
        if (input < 0 && output < 0 || Math.max(Math.max(input, output), Math.max(cached, cacheWrite)) > MOST_TOKENS) {
            return TokenUsage.NONE;
        }
        boolean missing = (input < 0 || output < 0) && total < Math.max(input, output);
        long in = input >= 0 ? input : missing ? 0 : total - output;
        long out = output >= 0 ? output : missing ? 0 : total - input;
        long mostRead = input < 0 && missing ? MOST_TOKENS : in;
        long mostWritten = output < 0 && missing ? MOST_TOKENS : out;
        return new TokenUsage(in, Math.clamp(cached, 0, mostRead), Math.clamp(cacheWrite, 0, mostRead), out,
                Math.clamp(reasoning, 0, mostWritten), missing);
    }
}
