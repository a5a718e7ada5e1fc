package sluice.simulator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sluice.json.JsonStrings;

/**
 * Small JSON texts as maps, lists and strings, for what the simulator has to look into: items, tools and schemas, never whole
 * bodies. Numbers, true, false and null are {@link Literal}s, as they were written. Stateless.
 */
final class JsonTree {
    private static final int MAX_DEPTH = 2000;
    /** Takes whatever the gateway may send: no length of a text is too much. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE).maxNumberLength(Integer.MAX_VALUE).build())
            .build();

    /** A number, true, false or null. */
    record Literal(String json) {
        static final Literal NULL = new Literal("null");
        static final Literal TRUE = new Literal("true");
    }

    private JsonTree() {
    }

    /** Reads a value that was found to be JSON before. */
    static Object read(String json) {
        try (JsonParser parser = FACTORY.createParser(json)) {
            parser.nextToken();
            return value(parser);
        } catch (IOException e) {
            throw new IllegalStateException("this was read as JSON before", e);
        }
    }

    /** Reads an object that was found to be one before. */
    static Map<String, Object> object(String json) {
        return asObject(read(json));
    }

    /** {@code value} if it is an object, otherwise an empty one. */
    static Map<String, Object> asObject(Object value) {
        Map<String, Object> object = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, member) -> object.put((String) name, member));
        }
        return object;
    }

    /** {@code value} if it is an array, otherwise an empty one. */
    static List<?> asArray(Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    /** {@code value} if it is a string, otherwise an empty one. */
    static String asText(Object value) {
        return value instanceof String text ? text : "";
    }

    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        switch (value) {
            case Literal literal -> out.append(literal.json());
            case String text -> JsonStrings.appendQuoted(out, text);
            case List<?> list -> {
                char before = '[';
                for (Object element : list) {
                    out.append(before);
                    write(element, out);
                    before = ',';
                }
                out.append(list.isEmpty() ? "[]" : "]");
            }
            case Map<?, ?> map -> {
                char before = '{';
                for (Map.Entry<?, ?> member : map.entrySet()) {
                    out.append(before);
                    JsonStrings.appendQuoted(out, (String) member.getKey());
                    out.append(':');
                    write(member.getValue(), out);
                    before = ',';
                }
                out.append(map.isEmpty() ? "{}" : "}");
            }
            default -> throw new IllegalArgumentException("no JSON: " + value.getClass());
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> object = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.put(name, value(parser));
                }
                return object;
            }
            case START_ARRAY -> {
                List<Object> array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                return array;
            }
            case VALUE_STRING -> {
                return parser.getText();
            }
            default -> {
                return new Literal(parser.getText());
            }
        }
    }
}
