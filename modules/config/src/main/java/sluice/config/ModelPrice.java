package sluice.config;

import sluice.api.NamePattern;

/**
 * What a model costs at one service tier, above one length of the prompt. Immutable.
 *
 * @param model name at the upstream; a trailing {@code *} matches any ending
 * @param tier the service tier, such as {@code flex}; empty for the usual one
 * @param aboveTokens holds for prompts of more input tokens than these
 * @param rates what tokens cost
 * @param source where it stands, for people
 */
public record ModelPrice(String model, String tier, long aboveTokens, Rates rates, String source) {
    /**
     * Dollars for a million tokens, by their kind.
     *
     * @param input tokens read anew
     * @param cachedInput tokens that the prompt cache served
     * @param cacheWrite tokens written to the prompt cache
     * @param output tokens written, reasoning included
     */
    public record Rates(double input, double cachedInput, double cacheWrite, double output) {
        /** Rates where only some are known: what is not told of the cache is read anew, and costs as much. */
        public static Rates of(double input, double output) {
            return new Rates(input, input, input, output);
        }
    }

    /** A price of the usual tier for prompts of any length. */
    public static ModelPrice of(String model, double input, double cachedInput, double output) {
        return new ModelPrice(model, "", 0, new Rates(input, cachedInput, input, output), "usage.prices");
    }

    /** Whether it is for {@code name}. */
    public boolean fits(String name) {
        return new NamePattern(model).fits(name);
    }
}
