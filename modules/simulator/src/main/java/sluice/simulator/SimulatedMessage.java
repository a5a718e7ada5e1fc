package sluice.simulator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.json.JsonStrings;

/**
 * What the assistant says, a delta at a time.
 *
 * @param suffix what its id ends with
 * @param words its text, one word a delta
 * @param distinct how many different words there are before they repeat
 */
record SimulatedMessage(String suffix, List<String> words, int distinct) implements SimulatedItem {
    private static final int DEFAULT_DELTAS = 8;
    private static final int SHAPED_CHARS_PER_DELTA = 12;
    private static final List<String> WORDS =
            List.of("Hello", " from", " the", " simulated", " upstream", ": é,", " 世界,", " 🙂.");

    /** What {@code fault} asks for; otherwise, where the request wants a shape, a value of that shape. */
    static SimulatedMessage of(ResponseRequest request, Fault fault, String suffix) {
        Optional<String> shaped = shaped(request);
        if (fault.has(FaultOption.TEXT) || shaped.isPresent()) {
            List<String> words = Arrays.asList(fault.text(FaultOption.TEXT).map(text -> text.replace('_', ' ').split("(?= )"))
                    .orElseGet(() -> shaped.orElseThrow().split("(?<=\\G.{" + SHAPED_CHARS_PER_DELTA + "})")));
            return new SimulatedMessage(suffix, words, words.size());
        }
        int count = fault.count(FaultOption.DELTAS, DEFAULT_DELTAS);
        int size = fault.count(FaultOption.SIZE, 0);
        List<String> padded = WORDS.stream()
                .map(word -> word + "x".repeat(Math.max(0, size - BodyOut.bytes(word).length))).toList();
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add(padded.get(i % padded.size()));
        }
        boolean huge = fault.has(FaultOption.HUGE) && !words.isEmpty();
        if (huge) {
            words.set(0, words.get(0) + "h".repeat(fault.count(FaultOption.HUGE, 0)));
        }
        return new SimulatedMessage(suffix, words, huge ? words.size() : Math.min(words.size(), padded.size()));
    }

    @Override
    public String json() {
        return "{\"id\":\"" + id() + "\",\"type\":\"message\",\"status\":\"completed\",\"content\":[" + part(text())
                + "],\"role\":\"assistant\"}";
    }

    @Override
    public int tokens() {
        return words.size();
    }

    @Override
    public int deltas() {
        return words.size();
    }

    @Override
    public boolean tell(EventOut out, int index, Pace pace, int failAt) throws IOException {
        String number = ",\"output_index\":" + index;
        String at = ",\"item_id\":\"" + id() + "\"" + number + ",\"content_index\":0";
        out.event("response.output_item.added", BodyOut.bytes(number + ",\"item\":{\"id\":\"" + id()
                + "\",\"type\":\"message\",\"status\":\"in_progress\",\"content\":[],\"role\":\"assistant\"}"));
        out.event("response.content_part.added", BodyOut.bytes(at + ",\"part\":" + part("")));
        byte[][] rendered = new byte[distinct][];
        for (int i = 0; i < words.size(); i++) {
            if (i == failAt) {
                return false;
            }
            pace.awaitDelta(out, i);
            int word = i % distinct;
            if (rendered[word] == null) {
                rendered[word] = BodyOut.bytes(at + ",\"delta\":" + JsonStrings.quote(words.get(i)) + ",\"logprobs\":[]");
            }
            out.event("response.output_text.delta", rendered[word]);
        }
        String text = JsonStrings.quote(text());
        out.event("response.output_text.done", BodyOut.bytes(at + ",\"text\":" + text + ",\"logprobs\":[]"));
        out.event("response.content_part.done", BodyOut.bytes(at + ",\"part\":" + part(text())));
        out.event("response.output_item.done", BodyOut.bytes(number + ",\"item\":" + json()));
        return failAt < words.size();
    }

    private String id() {
        return "msg_" + suffix;
    }

    private String text() {
        return String.join("", words);
    }

    private static String part(String text) {
        return "{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":" + JsonStrings.quote(text) + "}";
    }

    private static Optional<String> shaped(ResponseRequest request) {
        if (request.json("text").isEmpty()) {
            return Optional.empty();
        }
        Map<String, Object> format = JsonTree.asObject(request.object("text").get("format"));
        return switch (JsonTree.asText(format.get("type"))) {
            case "json_schema" -> Optional.of(SchemaSample.of(format.getOrDefault("schema", JsonTree.Literal.NULL)));
            case "json_object" -> Optional.of("{}");
            default -> Optional.empty();
        };
    }
}
