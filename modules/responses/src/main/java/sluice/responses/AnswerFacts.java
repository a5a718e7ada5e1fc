package sluice.responses;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import sluice.api.AccountStatus.Quota;
import sluice.api.PlanWindow;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome.Resets;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.TokenUsage;
import sluice.json.JsonFacts;
import sluice.json.JsonReader;
import sluice.json.JsonText;

/** What an answer, or one event of it, has told so far. Its size is bounded. Confined to one thread. */
public final class AnswerFacts implements JsonFacts<Fact> {
    private static final int MAX_TYPE_BYTES = 128;
    private static final int MAX_STATUS = 999;
    private static final String FAILED = "failed";
    private static final int WINDOW = 4;

    private final Consumer<String> items;
    private final byte[] type = new byte[MAX_TYPE_BYTES];
    private int typeBytes;
    private boolean typed;
    private long sequence = -1;
    private long outputIndex = -1;
    private String responseId = "";
    private String conversationId = "";
    private boolean settled;

    private String serviceTier = "";
    private long input;
    private long output;
    private long total;
    private long cached;
    private long cacheWrite;
    private long reasoning;

    private boolean wrote;
    private long textBytes;

    private boolean failed;
    private long status;
    private String code = "";
    private String errorType = "";
    private String message = "";
    private String param = "";
    private Resets resets = Resets.UNKNOWN;
    private String reason = "";
    /** What a {@link PlanWindow} is made of, of the first window and of the second. */
    private final long[] windows = new long[2 * WINDOW];

    /** Nothing is told yet, and nobody asks for items. */
    public AnswerFacts() {
        this(item -> { });
    }

    /** Nothing is told yet; {@code items} will hear of each {@link Fact#ITEM_ID}. */
    public AnswerFacts(Consumer<String> items) {
        this.items = items;
        reset();
    }

    /** Nothing is told yet; items are told to who asks for them. */
    public static AnswerFacts toldTo(RelayOptions.Identified identified) {
        return identified.asksForItems() ? new AnswerFacts(identified::made) : new AnswerFacts();
    }

    /** Forgets everything. */
    public void reset() {
        typed = false;
        sequence = -1;
        outputIndex = -1;
        responseId = "";
        conversationId = "";
        settled = false;
        serviceTier = "";
        forgetUsage();
        wrote = false;
        textBytes = 0;
        failed = false;
        status = 0;
        code = "";
        errorType = "";
        message = "";
        param = "";
        resets = Resets.UNKNOWN;
        reason = "";
        Arrays.fill(windows, -1);
    }

    /** {@code UNKNOWN} as long as it was not read to its end. */
    public EventType type() {
        return typed ? EventType.of(type, 0, typeBytes) : EventType.UNKNOWN;
    }

    /** The event's number; -1 without one. */
    public long sequence() {
        return sequence;
    }

    /** Where the event's item stands in the output; -1 if it is not told. */
    public long outputIndex() {
        return outputIndex;
    }

    /** Empty without one. */
    public String responseId() {
        return responseId;
    }

    /** Empty without one. */
    public String conversationId() {
        return conversationId;
    }

    /** {@link TokenUsage#NONE} if nothing was counted; marked as estimated if it was not counted whole. */
    public TokenUsage usage() {
        return ToldUsage.of(input, output, total, cached, cacheWrite, reasoning);
    }

    /** How much of {@code bytes} of JSON is text of the output: all of it where another protocol may have written it anywhere. */
    public long textBytes(long bytes, RelayOptions.Ending ending) {
        return wrote || ending != RelayOptions.Ending.ANY ? textBytes : bytes;
    }

    private void forgetUsage() {
        input = -1;
        output = -1;
        total = -1;
        cached = -1;
        cacheWrite = -1;
        reasoning = -1;
    }

    /** The tier that served, as the answer names it; empty if it does not. */
    public String serviceTier() {
        return serviceTier;
    }

    /** Whether there is an object {@code error}. */
    public boolean failed() {
        return failed;
    }

    /** Whether it is known by now if the response has failed. */
    public boolean settled() {
        return settled;
    }

    /** What is told of a failure, also outside of an object {@code error}: of a response that is not complete the reason. */
    public StreamError error() {
        boolean silent = code.isEmpty() && message.isEmpty();
        return new StreamError((int) Math.min(status, MAX_STATUS), silent ? reason : code, errorType, silent ? reason : message, param,
                resets);
    }

    /** Whether this is no response, but the words of an error: {@code detail}, or a code and a message of its own. */
    public boolean saysOnlyError() {
        return !failed && responseId.isEmpty() && !(code.isEmpty() && message.isEmpty());
    }

    /** What an account may still use, if this message tells it; empty of any other. */
    public static List<Quota> quotasOf(byte[] message, int from, int to, long nowEpochMillis) {
        AnswerFacts facts = new AnswerFacts();
        JsonReader<Fact> json = new JsonReader<>(AnswerTree.EVENT, facts);
        for (int at = from; at < to; ) {
            at = json.feed(message, at, to);
        }
        return facts.type() == EventType.RATE_LIMITS ? facts.quotas(nowEpochMillis) : List.of();
    }

    /** What the account may still use, of an event {@code codex.rate_limits}; empty if nothing is told. */
    public List<Quota> quotas(long nowEpochMillis) {
        return PlanWindow.quotas(window(0), window(WINDOW), nowEpochMillis);
    }

    private PlanWindow window(int at) {
        return new PlanWindow(windows[at], windows[at + 1], windows[at + 2], windows[at + 3]);
    }

    @Override
    public void text(Fact fact, byte[] spelled, int length) {
        switch (fact) {
            case TYPE -> {
                typeBytes = Math.min(length, MAX_TYPE_BYTES);
                System.arraycopy(spelled, 0, type, 0, typeBytes);
                typed = true;
            }
            case RESPONSE_ID -> responseId = JsonText.decode(spelled, 0, length);
            case RESPONSE_STATUS -> settled |= !FAILED.equals(JsonText.decode(spelled, 0, length));
            case INCOMPLETE_REASON -> reason = JsonText.decode(spelled, 0, length);
            case ERROR_STATUS -> status = whole(JsonText.decode(spelled, 0, length));
            case RESETS_AT -> resets = new Resets(Math.max(resets.atEpochSeconds(),
                    whole(ResetTime.epochSeconds(JsonText.decode(spelled, 0, length)))), resets.inSeconds());
            case RESETS_IN -> resets = new Resets(resets.atEpochSeconds(),
                    Math.max(resets.inSeconds(), whole(JsonText.decode(spelled, 0, length))));
            case ITEM_ID -> items.accept(JsonText.decode(spelled, 0, length));
            case SERVICE_TIER -> serviceTier = JsonText.decode(spelled, 0, length);
            case CONVERSATION_ID -> conversationId = JsonText.decode(spelled, 0, length);
            case ERROR_CODE -> code = JsonText.decode(spelled, 0, length);
            case ERROR_TYPE -> errorType = JsonText.decode(spelled, 0, length);
            case ERROR_MESSAGE -> message = JsonText.decode(spelled, 0, length);
            case ERROR_PARAM -> param = JsonText.decode(spelled, 0, length);
            default -> { }
        }
    }

    @Override
    public void number(Fact fact, long value) {
        switch (fact) {
            case SEQUENCE_NUMBER -> sequence = value;
            case OUTPUT_INDEX -> outputIndex = value;
            case INPUT_TOKENS -> input = value;
            case OUTPUT_TOKENS -> output = value;
            case TOTAL_TOKENS -> total = value;
            case CACHED_TOKENS -> cached = value;
            case CACHE_WRITE_TOKENS -> cacheWrite = value;
            case REASONING_TOKENS -> reasoning = value;
            case PRIMARY_USED, PRIMARY_MINUTES, PRIMARY_RENEWS_IN, PRIMARY_RENEWS_AT ->
                windows[fact.ordinal() - Fact.PRIMARY_USED.ordinal()] = value;
            case SECONDARY_USED, SECONDARY_MINUTES, SECONDARY_RENEWS_IN, SECONDARY_RENEWS_AT ->
                windows[WINDOW + fact.ordinal() - Fact.SECONDARY_USED.ordinal()] = value;
            default -> { }
        }
    }

    @Override
    public void opened(Fact fact) {
        if (fact == Fact.USAGE) {
            // the last one of an event counts
            forgetUsage();
        } else if (fact == Fact.ERROR) {
            failed = true;
        } else if (fact == Fact.OUTPUT) {
            wrote = true;
        }
    }

    @Override
    public void passed(Fact fact, int bytes) {
        textBytes += bytes;
    }

    @Override
    public void closed(Fact fact) {
        settled |= fact == Fact.ERROR;
    }

    @Override
    public void literal(Fact fact) {
        settled |= fact == Fact.ERROR;
    }

    /** A number; 0 if it is none. */
    private static long whole(String number) {
        try {
            return whole(Double.parseDouble(number));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Rounded up, so that nobody comes too early. */
    private static long whole(double number) {
        return (long) Math.ceil(Math.max(0, number));
    }
}
