package sluice.bench;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Request bodies and answers as Codex and its upstream exchange them, of any size, the same ones each time. */
final class CodexBodies {
    private static final String[] WORDS = ("the file src/main/java defines a method that returns null when value is empty so "
            + "callers must check; return \\\"ok\\\" if (count > 0) { total += items[i].price; } diff --git a/b c/d \\t @@ "
            + "-1,7 +1,9 @@ public static void main String args error: expected 3 arguments but found 2 in "
            + "na\u00efve caf\u00e9 \u2014 done").split(" ");
    private static final int WORDS_PER_LINE = 11;
    private static final int INSTRUCTION_BYTES = 17_000;
    private static final int TOOLS = 9;

    private CodexBodies() {
    }

    /**
     * A request of about {@code sizeBytes}: instructions, tools, and then turns with reasoning, calls and their output.
     *
     * @param modelLast whether {@code model} is the last member instead of the first
     */
    static byte[] request(int sizeBytes, boolean modelLast) {
        Random random = new Random(42);
        StringBuilder body = new StringBuilder(sizeBytes + 1000);
        body.append(modelLast ? "{" : "{\"model\":\"gpt-5.1-codex\",").append("\"stream\":true,\"input\":[");
        int instructions = Math.min(INSTRUCTION_BYTES, sizeBytes / 4);
        item(body, "{\"type\":\"message\",\"role\":\"developer\",\"content\":[{\"type\":\"input_text\",\"text\":\"",
                instructions, random, "\"}]}");
        String tools = tools(Math.min(INSTRUCTION_BYTES, sizeBytes / 4), random);
        int turn = 0;
        while (body.length() + tools.length() < sizeBytes) {
            body.append(',');
            int left = sizeBytes - tools.length() - body.length();
            switch (turn++ % 3) {
                case 0 -> encrypted(body, Math.min(1200, left), random);
                case 1 -> item(body, "{\"type\":\"function_call\",\"name\":\"exec_command\",\"call_id\":\"call_" + turn
                        + "\",\"arguments\":\"", Math.min(300, left), random, "\"}");
                default -> item(body, "{\"type\":\"function_call_output\",\"call_id\":\"call_" + turn + "\",\"output\":\"",
                        Math.min(4000, left), random, "\"}");
            }
        }
        body.append("],\"tools\":").append(tools).append(",\"tool_choice\":\"auto\",\"parallel_tool_calls\":true,")
                .append("\"reasoning\":{\"effort\":\"medium\",\"summary\":\"auto\"},\"store\":false,")
                .append("\"include\":[\"reasoning.encrypted_content\"],\"prompt_cache_key\":\"0199d1a2-3b4c\"")
                .append(modelLast ? ",\"model\":\"gpt-5.1-codex\"}" : "}");
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A whole JSON answer of about {@code sizeBytes}. */
    static byte[] answer(int sizeBytes) {
        StringBuilder body = new StringBuilder(sizeBytes + 1000);
        body.append("{\"id\":\"resp_68a1\",\"object\":\"response\",\"created_at\":1763850000,\"status\":\"completed\",")
                .append("\"error\":null,\"model\":\"gpt-5.1-codex\",\"output\":[");
        item(body, "{\"type\":\"message\",\"id\":\"msg_1\",\"content\":[{\"type\":\"output_text\",\"text\":\"",
                Math.max(10, sizeBytes - 500), new Random(43), "\",\"annotations\":[]}]}");
        body.append("],\"usage\":{\"input_tokens\":1200,\"input_tokens_details\":{\"cached_tokens\":1024},")
                .append("\"output_tokens\":300,\"output_tokens_details\":{\"reasoning_tokens\":128},\"total_tokens\":1500}}");
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void item(StringBuilder out, String head, int textBytes, Random random, String tail) {
        out.append(head);
        prose(out, textBytes, random);
        out.append(tail);
    }

    private static void prose(StringBuilder out, int bytes, Random random) {
        int end = out.length() + bytes;
        for (int word = 1; out.length() < end; word++) {
            out.append(WORDS[random.nextInt(WORDS.length)]).append(word % WORDS_PER_LINE == 0 ? "\\n" : " ");
        }
    }

    private static void encrypted(StringBuilder out, int bytes, Random random) {
        out.append("{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[],\"content\":null,\"encrypted_content\":\"");
        for (int i = 0; i < bytes; i++) {
            out.append((char) ('A' + random.nextInt(26)));
        }
        out.append("\"}");
    }

    private static String tools(int bytes, Random random) {
        StringBuilder out = new StringBuilder(bytes + 1000);
        int count = Math.min(TOOLS, bytes / 300 + 1);
        for (int tool = 0; tool < count; tool++) {
            out.append(tool == 0 ? "[" : ",").append("{\"type\":\"function\",\"name\":\"tool_").append(tool)
                    .append("\",\"strict\":false,\"parameters\":{\"type\":\"object\",\"properties\":{");
            int end = out.length() + bytes / count;
            for (int property = 0; out.length() < end; property++) {
                out.append(property == 0 ? "" : ",").append("\"property_").append(property)
                        .append("\":{\"type\":\"string\",\"minLength\":1,\"description\":\"");
                prose(out, 80, random);
                out.append("\"}");
            }
            out.append("},\"required\":[\"property_0\"],\"additionalProperties\":false}}");
        }
        return out.append(']').toString();
    }
}
