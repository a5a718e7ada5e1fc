package sluice.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What a client heard of one request, in the same terms whatever door it came through. An error message of a WebSocket that
 * names a status counts as an answer with that status.
 *
 * @param status the answer's status; 0 if there was none
 * @param headers its headers, by lower-case name
 * @param body its body, if it is no stream: the object with {@code error}, or the response
 * @param events a stream's events, or a turn's messages
 * @param whole whether the answer ended as it should
 */
record Heard(int status, TreeMap<String, String> headers, JsonNode body, List<JsonNode> events, boolean whole) {
    private static final JsonMapper JSON = new JsonMapper();

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new AssertionError("no JSON: " + text, e);
        }
    }

    /** An answer of HTTP. */
    static Heard of(int status, TreeMap<String, String> headers, String text, boolean whole) {
        if (!headers.getOrDefault("content-type", "").startsWith("text/event-stream")) {
            return new Heard(status, headers, json(text.isEmpty() ? "{}" : text), List.of(), whole);
        }
        List<JsonNode> events = new ArrayList<>();
        for (String line : text.split("\n")) {
            if (line.startsWith("data: {")) {
                events.add(json(line.substring(6)));
            }
        }
        return new Heard(status, headers, json("{}"), events, whole);
    }

    /** The messages of a turn; the last may be {@code close CODE}. */
    static Heard of(List<String> messages) {
        boolean closed = messages.getLast().startsWith("close");
        List<JsonNode> events = new ArrayList<>(messages.subList(0, messages.size() - (closed ? 1 : 0)).stream().map(Heard::json).toList());
        TreeMap<String, String> headers = new TreeMap<>();
        if (!events.isEmpty() && events.getLast().path("type").asText().equals("error") && events.getLast().has("status")) {
            JsonNode error = events.removeLast();
            error.path("headers").properties().forEach(header -> headers.put(header.getKey(), header.getValue().asText()));
            return new Heard(events.isEmpty() ? error.path("status").asInt() : 200, headers, error, events, !closed);
        }
        return new Heard(events.isEmpty() ? 0 : 200, headers, json("{}"), events, !closed);
    }

    /** The type of the last event; empty without one. */
    String terminal() {
        return events.isEmpty() ? "" : events.getLast().path("type").asText();
    }

    /** Whether the answer is a good one, to its end. */
    boolean well() {
        return status == 200 && whole && (events.isEmpty() ? body.path("status").asText().equals("completed") || body.has("output")
                : terminal().equals("response.completed"));
    }

    /** The error that the answer or its last event tells of. */
    JsonNode error() {
        if (body.has("error") && !body.get("error").isNull()) {
            return body.get("error");
        }
        JsonNode last = events.isEmpty() ? json("{}") : events.getLast();
        return last.path("type").asText().equals("error") ? last.has("error") ? last.get("error") : last
                : last.path("response").path("error");
    }

    String code() {
        return error().path("code").asText("");
    }

    String message() {
        return error().path("message").asText("");
    }

    /** All that the client can read. */
    String text() {
        return status + " " + headers + " " + body + " " + events + (whole ? "" : " and cut off");
    }
}
