package sluice.baseline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import sluice.api.ModelNames;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.TokenUsage;

/** The JSON of one event as a tree; empty if it is none. Confined to one thread. */
final class ParsedEvent {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final Set<String> OPENING = Set.of("response.created", "response.queued", "response.in_progress",
            "response.output_item.added", "response.content_part.added", "response.reasoning_summary_part.added",
            "codex.rate_limits");
    private static final Set<String> TERMINAL = Set.of("response.completed", "response.done", "response.incomplete",
            "response.cancelled", "response.canceled", "response.failed", "error");

    private final JsonNode tree;
    private final String type;

    ParsedEvent(byte[] json, String eventLine) {
        tree = parse(json);
        String own = tree.path("type").asText("");
        type = own.isEmpty() ? eventLine : own;
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

    boolean opening() {
        return OPENING.contains(type);
    }

    boolean terminal() {
        return TERMINAL.contains(type);
    }

    boolean failed() {
        return type.equals("response.failed") || type.equals("error");
    }

    boolean delta() {
        return type.endsWith(".delta");
    }

    /** -1 without one. */
    long sequence() {
        return tree.path("sequence_number").asLong(-1);
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
        return TokenUsage.told(Math.max(0, usage.path("input_tokens").asLong()),
                Math.max(0, usage.at("/input_tokens_details/cached_tokens").asLong()),
                Math.max(0, usage.path("output_tokens").asLong()),
                Math.max(0, usage.at("/output_tokens_details/reasoning_tokens").asLong()));
    }

    StreamError error() {
        JsonNode error = tree.at("/response/error").isObject() ? tree.at("/response/error") : tree.path("error");
        int status = tree.path("status").asInt(tree.path("status_code").asInt());
        return error.isObject()
                ? new StreamError(status, error.path("code").asText(""), error.path("type").asText(""),
                        error.path("message").asText(""))
                : new StreamError(status, tree.path("code").asText(""), "", tree.path("message").asText(""));
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
    static List<int[]> modelSpans(byte[] json, ModelNames names) {
        List<int[]> spans = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING && isModel(parser) && parser.getText().equals(names.upstream())) {
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
