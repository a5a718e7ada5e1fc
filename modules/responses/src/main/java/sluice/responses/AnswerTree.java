package sluice.responses;

import sluice.json.JsonPlace;

/** Where each {@link Fact} stands: the one map of JSON answers, lists of items, and events. */
public final class AnswerTree {
    /** The sequence number of an event. */
    public static final JsonPlace<Fact> SEQUENCE_NUMBER = JsonPlace.number(Fact.SEQUENCE_NUMBER);
    /** The model's name, in a response and in an event. */
    public static final JsonPlace<Fact> MODEL = JsonPlace.text(Fact.MODEL);

    private static final JsonPlace<Fact> CODE = JsonPlace.textOrNumber(Fact.ERROR_CODE);
    private static final JsonPlace<Fact> MESSAGE = JsonPlace.text(Fact.ERROR_MESSAGE);
    private static final JsonPlace<Fact> PARAM = JsonPlace.text(Fact.ERROR_PARAM);
    private static final JsonPlace<Fact> STATUS = JsonPlace.textOrNumber(Fact.ERROR_STATUS);
    private static final JsonPlace<Fact> RESETS_AT = JsonPlace.textOrNumber(Fact.RESETS_AT);
    private static final JsonPlace<Fact> RESETS_IN = JsonPlace.textOrNumber(Fact.RESETS_IN);
    /** An error may hold another, which says more. */
    private static final JsonPlace<Fact> ERROR = error(JsonPlace.extent(Fact.ERROR)).with("error", error(JsonPlace.object()));

    /** Other words for the same: a text, or an object. */
    private static final JsonPlace<Fact> DETAIL = error(JsonPlace.text(Fact.ERROR_MESSAGE)).with("error", error(JsonPlace.object()));

    private static final JsonPlace<Fact> INPUT_DETAILS = JsonPlace.<Fact>object()
            .with("cached_tokens", JsonPlace.number(Fact.CACHED_TOKENS))
            .with("cache_write_tokens", JsonPlace.number(Fact.CACHE_WRITE_TOKENS));
    private static final JsonPlace<Fact> OUTPUT_DETAILS = JsonPlace.<Fact>object()
            .with("reasoning_tokens", JsonPlace.number(Fact.REASONING_TOKENS));
    private static final JsonPlace<Fact> INPUT = JsonPlace.number(Fact.INPUT_TOKENS);
    private static final JsonPlace<Fact> OUTPUT = JsonPlace.number(Fact.OUTPUT_TOKENS);
    /** With the names of chat completions, for other paths. */
    private static final JsonPlace<Fact> USAGE = JsonPlace.extent(Fact.USAGE)
            .with("input_tokens", INPUT).with("input_tokens_details", INPUT_DETAILS)
            .with("output_tokens", OUTPUT).with("output_tokens_details", OUTPUT_DETAILS)
            .with("prompt_tokens", INPUT).with("prompt_tokens_details", INPUT_DETAILS)
            .with("completion_tokens", OUTPUT).with("completion_tokens_details", OUTPUT_DETAILS)
            .with("total_tokens", JsonPlace.number(Fact.TOTAL_TOKENS));

    private static final JsonPlace<Fact> TIER = JsonPlace.text(Fact.SERVICE_TIER);
    private static final JsonPlace<Fact> RATE_LIMITS = JsonPlace.<Fact>object()
            .with("primary", JsonPlace.<Fact>object().with("used_percent", JsonPlace.number(Fact.PRIMARY_USED))
                    .with("window_minutes", JsonPlace.number(Fact.PRIMARY_MINUTES))
                    .with("reset_after_seconds", JsonPlace.number(Fact.PRIMARY_RENEWS_IN))
                    .with("reset_at", JsonPlace.number(Fact.PRIMARY_RENEWS_AT)))
            .with("secondary", JsonPlace.<Fact>object().with("used_percent", JsonPlace.number(Fact.SECONDARY_USED))
                    .with("window_minutes", JsonPlace.number(Fact.SECONDARY_MINUTES))
                    .with("reset_after_seconds", JsonPlace.number(Fact.SECONDARY_RENEWS_IN))
                    .with("reset_at", JsonPlace.number(Fact.SECONDARY_RENEWS_AT)));

    private static final JsonPlace<Fact> CONVERSATION = JsonPlace.text(Fact.CONVERSATION_ID)
            .with("id", JsonPlace.text(Fact.CONVERSATION_ID));
    private static final JsonPlace<Fact> ITEM = item(JsonPlace.object());
    private static final JsonPlace<Fact> RESPONSE = response(JsonPlace.extent(Fact.RESPONSE), ITEM);

    private static final JsonPlace<Fact> WRITTEN = JsonPlace.size(Fact.OUTPUT_TEXT);
    /** An item of an answer that is no stream: where nobody tells the usage, its text is all that can be counted. */
    private static final JsonPlace<Fact> WRITTEN_ITEM = ITEM.with("arguments", WRITTEN).with("input", WRITTEN).with("code", WRITTEN)
            .with("content", JsonPlace.<Fact>object().each(JsonPlace.<Fact>object().with("text", WRITTEN).with("refusal", WRITTEN)))
            .with("summary", JsonPlace.<Fact>object().each(JsonPlace.<Fact>object().with("text", WRITTEN)));
    /** The output of chat completions, for other paths. */
    private static final JsonPlace<Fact> CHOICE = JsonPlace.<Fact>object().with("text", WRITTEN).with("message", JsonPlace.<Fact>object()
            .with("content", WRITTEN).with("refusal", WRITTEN)
            .with("tool_calls", JsonPlace.<Fact>object().each(JsonPlace.<Fact>object()
                    .with("function", JsonPlace.<Fact>object().with("arguments", WRITTEN)))));

    /** An event, or a message of a WebSocket. */
    public static final JsonPlace<Fact> EVENT = resets(JsonPlace.<Fact>object()
            .with("type", JsonPlace.text(Fact.TYPE)).with("sequence_number", SEQUENCE_NUMBER)
            .with("model", MODEL).with("response", RESPONSE)
            .with("item", item(JsonPlace.extent(Fact.ITEM))).with("usage", USAGE).with("service_tier", TIER)
            .with("error", ERROR).with("detail", DETAIL).with("code", CODE).with("message", MESSAGE).with("param", PARAM)
            .with("status", STATUS).with("status_code", STATUS).with("rate_limits", RATE_LIMITS)
            .with("output_index", JsonPlace.number(Fact.OUTPUT_INDEX)));

    /** A JSON answer: a response, or an event that holds one, where an upstream answers so; or the words of an error alone. */
    public static final JsonPlace<Fact> ANSWER = response(JsonPlace.object(), WRITTEN_ITEM)
            .with("response", response(JsonPlace.extent(Fact.RESPONSE), WRITTEN_ITEM))
            .with("choices", JsonPlace.extent(Fact.OUTPUT).each(CHOICE))
            .with("data", JsonPlace.<Fact>object().each(ITEM))
            .with("detail", DETAIL).with("code", CODE).with("message", MESSAGE);

    private AnswerTree() {
    }

    private static JsonPlace<Fact> item(JsonPlace<Fact> bare) {
        return bare.with("id", JsonPlace.text(Fact.ITEM_ID)).with("container_id", JsonPlace.text(Fact.ITEM_ID));
    }

    private static JsonPlace<Fact> error(JsonPlace<Fact> bare) {
        return resets(bare.with("code", CODE).with("type", JsonPlace.text(Fact.ERROR_TYPE)).with("message", MESSAGE).with("param", PARAM));
    }

    private static JsonPlace<Fact> resets(JsonPlace<Fact> bare) {
        JsonPlace<Fact> all = bare;
        for (String name : ResetTime.AT) {
            all = all.with(name, RESETS_AT);
        }
        for (String name : ResetTime.IN) {
            all = all.with(name, RESETS_IN);
        }
        return all;
    }

    private static JsonPlace<Fact> response(JsonPlace<Fact> bare, JsonPlace<Fact> item) {
        return bare.with("id", JsonPlace.text(Fact.RESPONSE_ID)).with("model", MODEL)
                .with("status", JsonPlace.text(Fact.RESPONSE_STATUS)).with("conversation", CONVERSATION)
                .with("output", JsonPlace.extent(Fact.OUTPUT).each(item)).with("usage", USAGE)
                .with("service_tier", TIER).with("error", ERROR)
                .with("incomplete_details", JsonPlace.<Fact>object().with("reason", JsonPlace.text(Fact.INCOMPLETE_REASON)));
    }
}
