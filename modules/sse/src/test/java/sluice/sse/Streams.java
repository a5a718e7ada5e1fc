package sluice.sse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Event streams as the Responses API writes them. */
final class Streams {
    static final String RESPONSE_ID = "resp_68f0c1a2b3c4d5e6f708192a3b4c5d6e";
    static final String UPSTREAM_MODEL = "org/gpt-5-mini-2026";

    private final String eol;
    private final boolean eventLines;
    private final List<String> frames = new ArrayList<>();
    private int sequence;

    private Streams(String eol, boolean eventLines) {
        this.eol = eol;
        this.eventLines = eventLines;
    }

    /** A text answer of {@code deltas} pieces with reasoning and a function call. */
    static List<String> frames(int deltas, String eol, boolean eventLines) {
        Streams stream = new Streams(eol, eventLines);
        stream.opening();
        stream.reasoning();
        stream.message(deltas);
        stream.functionCall();
        stream.completed("");
        return stream.frames;
    }

    static String text(int deltas) {
        return String.join("", frames(deltas, "\n", true));
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String response(String status, String rest) {
        return "{\"id\":\"" + RESPONSE_ID + "\",\"object\":\"response\",\"created_at\":1760000000,"
                + "\"output\":[{\"type\":\"message\"}],\"status\":\"" + status
                + "\",\"conversation\":{\"id\":\"conv_1\"},\"instructions\":\"Be \\\"brief\\\".\",\"model\":\"" + UPSTREAM_MODEL
                + "\",\"tools\":[{\"type\":\"function\",\"name\":\"pick\",\"parameters\":{\"type\":\"object\",\"properties\":"
                + "{\"model\":{\"type\":\"string\",\"enum\":[\"" + UPSTREAM_MODEL + "\"]},\"usage\":{\"input_tokens\":1}}}}]"
                + rest + ",\"metadata\":{\"model\":\"" + UPSTREAM_MODEL + "\"}}";
    }

    static String usage() {
        return ",\"usage\":{\"input_tokens\":1200,\"input_tokens_details\":{\"cached_tokens\":1024},\"output_tokens\":345,"
                + "\"output_tokens_details\":{\"reasoning_tokens\":128},\"total_tokens\":1545}";
    }

    /** One frame with this type and these members behind it. */
    static String frame(String type, int sequence, String members) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":" + sequence + members + "}\n\n";
    }

    private void opening() {
        add("response.created", ",\"response\":" + response("in_progress", ",\"usage\":null"));
        add("response.in_progress", ",\"response\":" + response("in_progress", ",\"usage\":null"));
    }

    private void reasoning() {
        add("response.output_item.added",
                ",\"output_index\":0,\"item\":{\"id\":\"rs_1\",\"type\":\"reasoning\",\"summary\":[]}");
        add("response.reasoning_summary_part.added",
                ",\"item_id\":\"rs_1\",\"output_index\":0,\"summary_index\":0");
        add("response.reasoning_summary_text.delta", ",\"item_id\":\"rs_1\",\"delta\":\"**Thinking** about \\u00e4 and ü\"");
        add("response.output_item.done", ",\"output_index\":0,\"item\":{\"id\":\"rs_1\",\"type\":\"reasoning\"}");
    }

    private void message(int deltas) {
        add("response.output_item.added",
                ",\"output_index\":1,\"item\":{\"id\":\"msg_1\",\"type\":\"message\",\"content\":[]}");
        add("response.content_part.added", ",\"item_id\":\"msg_1\",\"part\":{\"type\":\"output_text\",\"text\":\"\"}");
        for (int i = 0; i < deltas; i++) {
            String text = switch (i % 5) {
                case 0 -> "the word \\\"model\\\":\\\"" + UPSTREAM_MODEL + "\\\" in a text";
                case 1 -> "naïve 東京 🚀";
                case 2 -> "response.completed";
                case 3 -> "{\\\"usage\\\":{\\\"input_tokens\\\":7}}";
                default -> " plain";
            };
            add("response.output_text.delta",
                ",\"item_id\":\"msg_1\",\"output_index\":1,\"content_index\":0,\"delta\":\"" + text
                    + "\",\"logprobs\":[],\"obfuscation\":\"kX9\"");
        }
        add("response.output_text.done", ",\"item_id\":\"msg_1\",\"text\":\"all of it\"");
        add("response.content_part.done", ",\"item_id\":\"msg_1\",\"part\":{\"type\":\"output_text\",\"text\":\"all\"}");
        add("response.output_item.done", ",\"output_index\":1,\"item\":{\"id\":\"msg_1\",\"type\":\"message\"}");
    }

    private void functionCall() {
        add("response.output_item.added", ",\"output_index\":2,\"item\":{\"id\":\"fc_1\",\"type\":\"function_call\"}");
        add("response.function_call_arguments.delta", ",\"item_id\":\"fc_1\",\"delta\":\"{\\\"model\\\":\"");
        add("response.function_call_arguments.done", ",\"item_id\":\"fc_1\",\"arguments\":\"{\\\"model\\\":1}\"");
        add("response.output_item.done", ",\"output_index\":2,\"item\":{\"id\":\"fc_1\",\"type\":\"function_call\"}");
    }

    private void completed(String rest) {
        add("response.completed", ",\"response\":" + response("completed", rest + usage()));
    }

    private void add(String type, String members) {
        String event = eventLines ? "event: " + type + eol : "";
        frames.add(event + "data: {\"type\":\"" + type + "\",\"sequence_number\":" + sequence++ + members + "}" + eol + eol);
    }
}
