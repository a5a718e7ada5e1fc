package sluice.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Event streams as the Responses API writes them, with every text that might mislead a gate. */
final class ResponseStreams {
    static final String UPSTREAM_MODEL = "gpt-5-mini-2025-08-07";

    private ResponseStreams() {
    }

    /** The frames of an answer whose text comes in so many pieces. */
    static List<byte[]> frames(int deltas, String eol, boolean eventLines) {
        List<String[]> events = new ArrayList<>();
        events.add(event("response.created", ",\"response\":" + response("in_progress", "null")));
        events.add(event("response.in_progress", ",\"response\":" + response("in_progress", "null")));
        events.add(event("response.output_item.added",
                ",\"output_index\":0,\"item\":{\"id\":\"rs_1\",\"type\":\"reasoning\"}"));
        events.add(event("response.output_item.done", ",\"output_index\":0,\"item\":{\"id\":\"rs_1\",\"type\":\"reasoning\"}"));
        events.add(event("response.output_item.added", ",\"output_index\":1,\"item\":{\"id\":\"msg_1\",\"type\":\"message\"}"));
        events.add(event("response.content_part.added", ",\"item_id\":\"msg_1\",\"part\":{\"type\":\"output_text\"}"));
        for (int i = 0; i < deltas; i++) {
            String text = switch (i % 50) {
                case 7 -> "\\\"model\\\":\\\"gpt-5\\\"";
                case 19 -> "response.completed";
                case 31 -> "naïve 東京 \\uD83D\\uDE80";
                case 43 -> "{\\\"usage\\\":{\\\"input_tokens\\\":7}}";
                default -> " token";
            };
            events.add(event("response.output_text.delta", ",\"item_id\":\"msg_68f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2\","
                    + "\"output_index\":1,\"content_index\":0,\"delta\":\"" + text
                    + "\",\"logprobs\":[],\"obfuscation\":\"kX9w2\""));
        }
        events.add(event("response.output_text.done", ",\"item_id\":\"msg_1\",\"text\":\"" + " token".repeat(deltas) + "\""));
        events.add(event("response.output_item.done", ",\"output_index\":1,\"item\":{\"id\":\"msg_1\",\"type\":\"message\"}"));
        events.add(event("response.completed", ",\"response\":" + response("completed", "{\"input_tokens\":1200,"
                + "\"input_tokens_details\":{\"cached_tokens\":1024},\"output_tokens\":" + deltas
                + ",\"output_tokens_details\":{\"reasoning_tokens\":" + deltas / 2 + "},\"total_tokens\":" + (1200 + deltas) + "}")));
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            String[] event = events.get(i);
            String line = eventLines ? "event: " + event[0] + eol : "";
            String frame = line + "data: {\"type\":\"" + event[0] + "\",\"sequence_number\":" + i + event[1] + "}" + eol + eol;
            frames.add(frame.getBytes(StandardCharsets.UTF_8));
        }
        return frames;
    }

    private static String[] event(String type, String members) {
        return new String[] {type, members};
    }

    private static String response(String status, String usage) {
        return "{\"id\":\"resp_68f0c1a2b3c4d5e6f708192a3b4c5d6e\",\"object\":\"response\",\"created_at\":1760000000,"
                + "\"status\":\"" + status + "\",\"instructions\":\"" + "Be brief. ".repeat(60) + "\",\"model\":\"" + UPSTREAM_MODEL
                + "\",\"tools\":[{\"type\":\"function\",\"parameters\":{\"properties\":{\"model\":{\"enum\":[\""
                + UPSTREAM_MODEL + "\"]}}}}],\"usage\":" + usage + ",\"metadata\":{}}";
    }
}
