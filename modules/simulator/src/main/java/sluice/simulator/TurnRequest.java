package sluice.simulator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.json.JsonStrings;

/** What the simulator needs to know of a request body. Filled by {@link TurnRequestReader}, then read only. */
final class TurnRequest {
    /** An element of the input as it was sent. */
    record Item(String json, boolean hasId, boolean hasType) {
        /** As the API lists it: with an id and a type. */
        String listed(String id) {
            StringBuilder out = new StringBuilder("{");
            if (!hasId) {
                out.append("\"id\":\"").append(id).append("\",");
            }
            if (!hasType) {
                out.append("\"type\":\"message\",");
            }
            String rest = json.substring(json.indexOf('{') + 1);
            if (rest.strip().equals("}") && out.length() > 1) {
                out.setLength(out.length() - 1);
            }
            return out.append(rest).toString();
        }
    }

    private final byte[] body;
    private final Map<String, String> raw = new HashMap<>();
    final List<Item> items = new ArrayList<>();
    final List<String> encrypted = new ArrayList<>();
    String lastText = "";
    String lastItemType = "";
    Optional<String> inputText = Optional.empty();

    TurnRequest(byte[] body) {
        this.body = body;
    }

    int bodyBytes() {
        return body.length;
    }

    /** Line ends are only white space in JSON, but would end a line of an event. */
    String slice(int from, int to) {
        return new String(body, from, to - from, StandardCharsets.UTF_8).replace('\n', ' ').replace('\r', ' ');
    }

    void put(String member, String json) {
        raw.put(member, json);
    }

    /** A member's value as JSON. */
    Optional<String> json(String member) {
        return Optional.ofNullable(raw.get(member));
    }

    /** A member's value if it is a string without escapes that matter here. */
    Optional<String> text(String member) {
        return json(member + TurnRequestReader.TEXT);
    }

    boolean flag(String member, boolean otherwise) {
        String value = raw.get(member);
        return value == null || value.equals("null") ? otherwise : value.equals("true");
    }

    String model() {
        return text("model").orElse("");
    }

    /** Estimated as the gateway does it: bytes divided by four. */
    int inputTokens() {
        return Math.max(1, body.length / 4);
    }

    /** The input as the API lists it. */
    List<String> listedItems(String responseId) {
        List<String> listed = new ArrayList<>();
        inputText.ifPresent(text -> listed.add("{\"id\":\"msg_in0" + responseId.substring(5) + "\",\"type\":\"message\","
                + "\"status\":\"completed\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":"
                + JsonStrings.quote(text) + "}]}"));
        for (Item item : items) {
            listed.add(item.listed("msg_in" + listed.size() + responseId.substring(5)));
        }
        return listed;
    }
}
