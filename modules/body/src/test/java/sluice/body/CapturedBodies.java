package sluice.body;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The bodies of real clients, whose long texts were replaced by their lengths, filled up to their size again. */
final class CapturedBodies {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Pattern CUT = Pattern.compile("<text, (\\d+) char(?:s cut|acters)>");
    private static final String PROSE = "Run `rg --files` to list \"all\" files;\nuse {\"cmd\":[\"ls\",\"-la\"]}\tna\u00efvely "
            + "\u2014 \u4f60\u597d \ud83d\ude00 \\d+ and stop. ";

    private CapturedBodies() {
    }

    /** All of them by name, as compact JSON in the order of the client's members. */
    static Map<String, byte[]> all() {
        return withTextsUpTo(Integer.MAX_VALUE);
    }

    /** The same, but with texts of at most {@code maxText} characters. */
    static Map<String, byte[]> withTextsUpTo(int maxText) {
        try (InputStream in = CapturedBodies.class.getResourceAsStream("captured-bodies.json")) {
            Map<String, byte[]> bodies = new LinkedHashMap<>();
            for (JsonNode capture : MAPPER.readTree(in)) {
                bodies.put(capture.get("name").asText(), MAPPER.writeValueAsBytes(filled(capture.get("body"), maxText)));
            }
            return bodies;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode filled(JsonNode node, int maxText) {
        if (node instanceof ArrayNode array) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode();
            array.forEach(element -> copy.add(filled(element, maxText)));
            return copy;
        }
        if (node instanceof ObjectNode object && object.has("keys") && object.has("bytes")) {
            return tool(object, maxText);
        }
        if (node instanceof ObjectNode object) {
            ObjectNode copy = JsonNodeFactory.instance.objectNode();
            for (Entry<String, JsonNode> member : object.properties()) {
                copy.set(member.getKey(), filled(member.getValue(), maxText));
            }
            return copy;
        }
        Matcher cut = CUT.matcher(node.asText());
        if (!node.isTextual() || !cut.matches()) {
            return node;
        }
        return TextNode.valueOf(prose(Math.min(Integer.parseInt(cut.group(1)), maxText)));
    }

    /** A tool, of which only the names of its members and its size are known. */
    private static JsonNode tool(ObjectNode described, int maxText) {
        ObjectNode tool = JsonNodeFactory.instance.objectNode();
        for (String key : described.get("keys").asText().split(",")) {
            switch (key) {
                case "type", "name" -> tool.set(key, described.get(key));
                case "strict", "external_web_access" -> tool.put(key, false);
                case "parameters" -> tool.putObject(key).put("type", "object").putObject("properties").putObject("model")
                        .put("type", "string").put("minimum", -1.5e3).putNull("default");
                case "tools" -> tool.putArray(key).addObject().put("name", "model").putArray("enum").add(1).add(true);
                default -> tool.put(key, "");
            }
        }
        int missing = described.get("bytes").asInt() - tool.toString().length();
        if (tool.has("description") && missing > 0) {
            tool.put("description", prose(Math.min(missing, maxText)));
        }
        return tool;
    }

    private static String prose(int characters) {
        String text = PROSE.repeat(characters / PROSE.length() + 1).substring(0, characters);
        return Character.isHighSurrogate(text.charAt(characters - 1)) ? text.substring(0, characters - 1) + "." : text;
    }
}
