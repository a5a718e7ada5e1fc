package sluice.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What OpenAI's OpenAPI document says of answers, events and errors ({@code openai-responses.schema.json}). */
final class OpenAiSchemas {
    /** No type of the document: the error of a WebSocket, as its guide and Open Responses describe it. */
    private static final String WEB_SOCKET_ERROR = """
            {"type": "object", "required": ["type", "status", "error"], "properties": {"type": {"const": "error"},
             "status": {"type": "integer"}, "error": {"$ref": "#/$defs/Error"}, "stream_id": {"type": "string"}}}""";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final JsonNode document;
    private final Map<String, String> events = new HashMap<>();
    private final Map<String, JsonSchema> schemas = new HashMap<>();

    OpenAiSchemas() throws IOException {
        try (InputStream in = OpenAiSchemas.class.getResourceAsStream("/openai-responses.schema.json")) {
            document = MAPPER.readTree(in);
        }
        ((ObjectNode) document.get("$defs")).set("WebSocketError", MAPPER.readTree(WEB_SOCKET_ERROR));
        document.get("$defs").forEachEntry((name, schema) -> {
            if (name.endsWith("Event")) {
                events.put(schema.at("/properties/type/enum/0").asText(), name);
            }
        });
    }

    /** What is wrong with {@code json} as a {@code name} of the document; nothing if it is one. */
    List<String> faults(String name, String json) {
        JsonNode value;
        try {
            value = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            return List.of("no JSON: " + json);
        }
        return schemas.computeIfAbsent(name, this::schema).validate(value).stream()
                .map(fault -> name + ": " + fault.getMessage() + " in " + json).toList();
    }

    /** What is wrong with an event of a stream. Events that the document does not know must say so themselves. */
    List<String> eventFaults(String json) {
        String type = typeOf(json);
        return events.containsKey(type) ? faults(events.get(type), json) : List.of("no event of the API: " + json);
    }

    /** What is wrong with a message of a WebSocket. */
    List<String> messageFaults(String json) {
        return typeOf(json).equals("error") ? faults("WebSocketError", json) : eventFaults(json);
    }

    static String typeOf(String json) {
        try {
            return MAPPER.readTree(json).path("type").asText();
        } catch (JsonProcessingException e) {
            return "";
        }
    }

    private JsonSchema schema(String name) {
        ObjectNode schema = document.deepCopy();
        schema.put("$ref", "#/$defs/" + name);
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema);
    }
}
