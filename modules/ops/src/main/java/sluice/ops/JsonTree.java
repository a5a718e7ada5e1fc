package sluice.ops;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An answer of the admin API, read as a whole; what is missing reads as empty. Immutable and thread-safe. */
final class JsonTree {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, JsonTree> members;
    private final List<JsonTree> elements;
    private final String text;

    private JsonTree(Map<String, JsonTree> members, List<JsonTree> elements, String text) {
        this.members = members;
        this.elements = elements;
        this.text = text;
    }

    /** Reads a text; throws if it is no JSON. */
    static JsonTree parse(String json) throws IOException {
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            return read(parser);
        }
    }

    private static JsonTree read(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            Map<String, JsonTree> members = new LinkedHashMap<>();
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                members.put(name, read(parser));
            }
            return new JsonTree(members, List.of(), "");
        }
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            List<JsonTree> elements = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(read(parser));
            }
            return new JsonTree(Map.of(), elements, "");
        }
        if (parser.currentToken() == null) {
            throw new IOException("there is no JSON");
        }
        return new JsonTree(Map.of(), List.of(), parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getText());
    }

    /** The names of an object's members. */
    Set<String> names() {
        return members.keySet();
    }

    boolean has(String name) {
        return members.containsKey(name);
    }

    JsonTree get(String name) {
        return members.getOrDefault(name, new JsonTree(Map.of(), List.of(), ""));
    }

    List<JsonTree> each(String name) {
        return get(name).elements;
    }

    String text(String name) {
        return get(name).text;
    }

    double number(String name) {
        String value = text(name);
        return value.isEmpty() ? 0 : Double.parseDouble(value);
    }

    long whole(String name) {
        return Math.round(number(name));
    }

    /** The value itself as a number. */
    double asNumber() {
        return text.isEmpty() ? 0 : Double.parseDouble(text);
    }

    /** The value itself as text. */
    String asText() {
        return text;
    }
}
