package sluice.simulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An element of the input as it was sent.
 *
 * @param json its text
 * @param type its type; {@code message} where it names none
 * @param role who speaks, if it is a message
 * @param callId which call it makes or answers; empty without
 */
record InputItem(String json, String type, String role, String callId) {
    /** Whether it is the output of a tool. */
    boolean answersCall() {
        return type.endsWith("_call_output");
    }

    /** Whether it is a call that a later item may answer. */
    boolean makesCall() {
        return !callId.isEmpty() && !answersCall();
    }

    /** As the API lists it: with an id, a type, a status, and its text in parts. */
    String listed(String id) {
        Map<String, Object> sent = JsonTree.object(json);
        Map<String, Object> listed = new LinkedHashMap<>();
        listed.put("id", sent.getOrDefault("id", id));
        listed.put("type", type);
        if (!type.equals("reasoning") && !type.equals("item_reference")) {
            listed.put("status", "completed");
        }
        listed.putAll(sent);
        listed.putIfAbsent("type", type);
        if (type.equals("message")) {
            listed.put("content", parts(sent.get("content")));
        }
        return JsonTree.write(listed);
    }

    private List<Object> parts(Object content) {
        String kind = role.equals("assistant") ? "output_text" : "input_text";
        List<Object> parts = new ArrayList<>();
        if (content instanceof String text) {
            parts.add(part(Map.of("type", kind, "text", text)));
        }
        for (Object part : JsonTree.asArray(content)) {
            parts.add(part(JsonTree.asObject(part)));
        }
        return parts;
    }

    private static Map<String, Object> part(Map<String, Object> sent) {
        Map<String, Object> part = new LinkedHashMap<>();
        part.put("type", sent.get("type"));
        if ("output_text".equals(sent.get("type"))) {
            part.put("annotations", List.of());
            part.put("logprobs", List.of());
        }
        if ("input_image".equals(sent.get("type"))) {
            part.put("detail", "auto");
        }
        part.putAll(sent);
        return part;
    }
}
