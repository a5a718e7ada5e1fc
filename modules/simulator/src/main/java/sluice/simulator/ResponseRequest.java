package sluice.simulator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.json.JsonStrings;

/** What the simulator needs to know of a request body. Filled by {@link ResponseRequestReader}, then read only. */
final class ResponseRequest {
    private final byte[] body;
    private final Map<String, String> raw = new HashMap<>();
    final List<InputItem> items = new ArrayList<>();
    final List<String> encrypted = new ArrayList<>();
    final List<Tool> tools = new ArrayList<>();
    String lastText = "";
    Optional<String> inputText = Optional.empty();

    ResponseRequest(byte[] body) {
        this.body = body;
    }

    /** Line ends are only white space in JSON, but would end a line of an event. */
    String slice(int from, int to) {
        return new String(body, from, to - from, StandardCharsets.UTF_8).replace('\n', ' ').replace('\r', ' ');
    }

    void put(String member, String json) {
        raw.put(member, json);
    }

    /** A member's value as JSON; none if it is null. */
    Optional<String> json(String member) {
        return Optional.ofNullable(raw.get(member)).filter(json -> !json.equals("null"));
    }

    /** A member's value if it is a string. */
    Optional<String> text(String member) {
        return Optional.ofNullable(raw.get(member + ResponseRequestReader.TEXT));
    }

    /** A member's value as an object; an empty one if it is none. */
    Map<String, Object> object(String member) {
        return json(member).map(JsonTree::object).orElse(Map.of());
    }

    boolean flag(String member, boolean otherwise) {
        return json(member).map("true"::equals).orElse(otherwise);
    }

    String model() {
        return text("model").orElse("");
    }

    /** Whether the input ends with what a tool has said. */
    boolean answersTool() {
        return !items.isEmpty() && items.getLast().answersCall();
    }

    /** Estimated as the gateway does it: bytes divided by four. */
    int inputTokens() {
        return Math.max(1, body.length / 4);
    }

    /** The input as the API lists it. */
    List<String> listedItems(String responseId) {
        List<String> listed = new ArrayList<>();
        String suffix = responseId.substring(responseId.indexOf('_') + 1);
        inputText.ifPresent(text -> listed.add("{\"id\":\"msg_in0" + suffix + "\",\"type\":\"message\","
                + "\"status\":\"completed\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":"
                + JsonStrings.quote(text) + "}]}"));
        for (InputItem item : items) {
            listed.add(item.listed("msg_in" + listed.size() + suffix));
        }
        return listed;
    }
}
