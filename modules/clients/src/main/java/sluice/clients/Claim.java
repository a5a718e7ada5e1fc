package sluice.clients;

import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.api.TokenUsage;

/**
 * What a request will use, as far as it can be told before it is served: an estimate, which is reserved until the real figure is
 * known.
 *
 * @param model as the client spelled it
 * @param tier the service tier that is paid where no answer names one; empty for the usual one
 * @param inputTokens at most a quarter of the body's bytes, or more if what it goes on from is known to be longer
 * @param outputTokens the most that the request allows, or what such requests usually use
 * @param background whether the work goes on when the answer has come
 */
record Claim(String model, String tier, long inputTokens, long outputTokens, boolean background) {
    /** Of sound and images in a form: a minute of speech is a megabyte and a thousand tokens, about, and so is an image. */
    private static final long BYTES_PER_TOKEN_OF_MEDIA = 1024;
    /** Where nothing is known: a page of text. */
    private static final long USUAL_OUTPUT_TOKENS = 1000;
    /** More than any model writes. */
    private static final long MOST_OUTPUT_TOKENS = 10_000_000;

    /** Of a request that is not known to use anything. */
    static final Claim NOTHING = new Claim("", "", 0, 0, false);

    /** The claim of a body. */
    static Claim of(RequestBody body, String model, UsageMeans means) {
        long bytes = Math.max(1, body.length() / (body.isJson() ? TokenUsage.BYTES_PER_TOKEN : BYTES_PER_TOKEN_OF_MEDIA));
        UsageMeans.Mean mean = means.of(model, new UsageMeans.Mean(0, USUAL_OUTPUT_TOKENS));
        boolean goesOn = body.field(Field.PREVIOUS_RESPONSE_ID).isText() || !body.field(Field.CONVERSATION).isEmpty();
        long input = goesOn ? Math.max(bytes, Math.round(mean.input())) : bytes;
        return new Claim(model, tier(body), input, output(body, mean), isBackground(body));
    }

    /** Whether some account may work on behind its answer; what is neither true nor false is true for some. */
    private static boolean isBackground(RequestBody body) {
        JsonValue background = body.field(Field.BACKGROUND);
        return !background.isEmpty() && background.kind() != JsonValue.Kind.FALSE;
    }

    private static long output(RequestBody body, UsageMeans.Mean mean) {
        JsonValue most = body.field(Field.MAX_OUTPUT_TOKENS);
        if (most.kind() == JsonValue.Kind.NUMBER && most.text().length() <= 8 && most.text().chars().allMatch(Character::isDigit)) {
            return Math.min(MOST_OUTPUT_TOKENS, Long.parseLong(most.text()));
        }
        return Math.round(mean.output());
    }

    private static String tier(RequestBody body) {
        return tierOf(body.field(Field.SERVICE_TIER).text());
    }

    /** A tier as prices name it: {@code auto} and {@code default} are the usual one, and what is longer than any name is none. */
    static String tierOf(String named) {
        return named.equals("auto") || named.equals("default") || named.length() > 64 ? "" : named;
    }

    /**
     * The same work, by the tier that is paid where no answer names one. An account need not have heeded what was asked for, or it was
     * taken out of the request on its way: so it is that, or the usual one where that is dearer.
     */
    Claim unconfirmed(PriceTable prices) {
        TokenUsage used = TokenUsage.estimate(inputTokens, outputTokens);
        boolean cheaper = !tier.isEmpty() && prices.countedNanoDollars(model, tier, used) < prices.countedNanoDollars(model, "", used);
        return cheaper ? new Claim(model, "", inputTokens, outputTokens, background) : this;
    }

    /** The same work, by the tier that an answer names. */
    Claim servedBy(String told) {
        return told.isEmpty() ? this : new Claim(model, tierOf(told), inputTokens, outputTokens, background);
    }

    long tokens() {
        return inputTokens + outputTokens;
    }
}
