package sluice.baseline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import sluice.api.AccountStatus.Quota;
import sluice.api.PlanWindow;
import sluice.api.RelayOptions;
import sluice.api.RelayOutcome.Resets;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.TokenUsage;
import sluice.responses.EventKind;
import sluice.responses.EventType;
import sluice.responses.ToldUsage;

/** The JSON of one event as a tree; empty if it is none. Confined to one thread. */
final class ParsedEvent {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonNode tree;
    private final String type;

    ParsedEvent(byte[] json, String eventLine) {
        tree = parse(json);
        String own = tree.path("type").asText("");
        type = !own.isEmpty() ? own : eventLine;
    }

    private static JsonNode parse(byte[] json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException notJson) {
            return MissingNode.getInstance();
        }
    }

    String type() {
        return type;
    }

    EventType kindOfType() {
        return EventType.of(type);
    }

    boolean opening() {
        return kindOfType().kind() == EventKind.OPENING;
    }

    boolean terminal() {
        return kindOfType().kind().terminal();
    }

    boolean failed() {
        return kindOfType().kind() == EventKind.FAILED;
    }

    boolean delta() {
        return kindOfType().kind() == EventKind.DELTA;
    }

    /** Whether it is an item that is complete. */
    boolean itemDone() {
        return kindOfType() == EventType.ITEM_DONE && tree.path("item").isObject();
    }

    /** The member of that name, written anew. */
    byte[] json(String member) {
        try {
            return MAPPER.writeValueAsBytes(tree.path(member));
        } catch (IOException e) {
            throw new UncheckedIOException("a tree that was read can be written", e);
        }
    }

    /** Whether it holds a response that is under way. */
    boolean holdsResponse() {
        return !terminal() && tree.path("response").isObject();
    }

    /** -1 without one. */
    long sequence() {
        return tree.path("sequence_number").asLong(-1);
    }

    /** -1 without one. */
    long outputIndex() {
        return count(tree.path("output_index"));
    }

    String responseId() {
        return tree.at("/response/id").asText("");
    }

    String conversationId() {
        JsonNode conversation = tree.at("/response/conversation");
        return conversation.isTextual() ? conversation.asText() : conversation.path("id").asText("");
    }

    TokenUsage usage() {
        JsonNode usage = tree.at("/response/usage");
        if (!usage.isObject()) {
            usage = tree.path("usage");
        }
        return usage(usage);
    }

    /** The tier that served, of a response or of a chunk; empty if it is not named. */
    String serviceTier() {
        JsonNode tier = tree.at("/response/service_tier");
        return tier.isTextual() ? tier.asText() : tree.path("service_tier").isTextual() ? tree.path("service_tier").asText() : "";
    }

    /** The counts of an object {@code usage}, also with the names of chat completions. */
    static TokenUsage usage(JsonNode usage) {
        JsonNode input = usage.has("prompt_tokens") ? usage.path("prompt_tokens") : usage.path("input_tokens");
        JsonNode output = usage.has("completion_tokens") ? usage.path("completion_tokens") : usage.path("output_tokens");
        JsonNode inputDetails = usage.has("prompt_tokens_details") ? usage.path("prompt_tokens_details")
                : usage.path("input_tokens_details");
        JsonNode outputDetails = usage.has("completion_tokens_details") ? usage.path("completion_tokens_details")
                : usage.path("output_tokens_details");
        return ToldUsage.of(count(input), count(output), count(usage.path("total_tokens")), count(inputDetails.path("cached_tokens")),
                count(inputDetails.path("cache_write_tokens")), count(outputDetails.path("reasoning_tokens")));
    }

    private static long count(JsonNode node) {
        return node.isNumber() ? Math.max(-1, node.asLong()) : -1;
    }

    /** What the account may still use, of an event that tells it. */
    List<Quota> quotas(long nowEpochMillis) {
        return PlanWindow.quotas(window(tree.at("/rate_limits/primary")), window(tree.at("/rate_limits/secondary")), nowEpochMillis);
    }

    private static PlanWindow window(JsonNode told) {
        return new PlanWindow(told.path("used_percent").asLong(-1), told.path("window_minutes").asLong(-1),
                told.path("reset_after_seconds").asLong(-1), told.path("reset_at").asLong(-1));
    }

    /** Whether it has no type, but an error. */
    boolean bareError() {
        return type.isEmpty() && tree.path("error").isObject();
    }

    StreamError error() {
        int status = tree.path("status").asInt(tree.path("status_code").asInt());
        StreamError said = error(tree.at("/response/error").isObject() ? tree.path("response") : tree, status);
        String reason = tree.at("/response/incomplete_details/reason").asText("");
        return said.code().isEmpty() && said.message().isEmpty()
                ? new StreamError(status, reason, said.type(), reason, said.param(), said.resets()) : said;
    }

    /** What an object tells of a failure: in an error, which may hold another, in {@code detail}, or itself. */
    static StreamError error(JsonNode told, int status) {
        JsonNode detail = told.path("detail");
        boolean nested = told.path("error").isObject();
        JsonNode words = nested ? told.path("error") : detail.isObject() ? detail : told;
        if (words != told && words.path("error").isObject()) {
            words = words.path("error");
        }
        String message = detail.isTextual() && !nested ? detail.asText() : text(words, "message");
        return new StreamError(status, text(words, "code"), words == told ? "" : words.path("type").asText(""), message,
                text(words, "param"), new Resets(longest(words, "resets_at", "reset_at"), longest(words, "resets_in_seconds",
                        "reset_in_seconds", "resets_after_seconds", "reset_after_seconds", "reset_seconds", "retry_after",
                        "retry_after_seconds")));
    }

    private static long longest(JsonNode object, String... names) {
        long longest = 0;
        for (String name : names) {
            longest = Math.max(longest, (long) Math.ceil(object.path(name).asDouble()));
        }
        return longest;
    }

    private static String text(JsonNode object, String name) {
        JsonNode value = object.path(name);
        return value.isTextual() || value.isNumber() ? value.asText() : "";
    }

    /** The bytes of {@code response}; none if there is no such member. */
    static byte[] response(byte[] json) throws IOException {
        try (JsonParser parser = FACTORY.createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                int from = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                if (name.equals("response")) {
                    return java.util.Arrays.copyOfRange(json, from, (int) parser.currentLocation().getByteOffset());
                }
            }
            return new byte[0];
        }
    }

    /** Where the upstream's name stands as {@code model} or {@code response.model}; nowhere if this is no JSON. */
    static List<int[]> modelSpans(byte[] json, RelayOptions.Names names) {
        List<int[]> spans = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING && isModel(parser) && names.isUpstream(parser.getText())) {
                    spans.add(new int[] {(int) parser.currentTokenLocation().getByteOffset(),
                            (int) parser.currentLocation().getByteOffset()});
                }
            }
            return spans;
        } catch (IOException notJson) {
            return List.of();
        }
    }

    private static boolean isModel(JsonParser parser) {
        String path = parser.getParsingContext().pathAsPointer().toString();
        return path.equals("/model") || path.equals("/response/model");
    }
}
