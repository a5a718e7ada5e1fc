package sluice.simulator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sluice.api.TokenUsage;
import sluice.json.JsonStrings;

/** Writes the response object: what the request asked for is told back, as the API does. Immutable. */
final class ResponseJson {
    /** What the request's members are when it has none of them, in the API's order. */
    private static final List<Map.Entry<String, String>> ECHOED = List.of(
            Map.entry("frequency_penalty", "0.0"), Map.entry("instructions", "null"), Map.entry("max_output_tokens", "null"),
            Map.entry("max_tool_calls", "null"), Map.entry("parallel_tool_calls", "true"),
            Map.entry("presence_penalty", "0.0"), Map.entry("previous_response_id", "null"),
            Map.entry("prompt_cache_key", "null"), Map.entry("safety_identifier", "null"), Map.entry("store", "true"),
            Map.entry("temperature", "1.0"), Map.entry("tool_choice", "\"auto\""), Map.entry("top_logprobs", "0"),
            Map.entry("top_p", "1.0"), Map.entry("truncation", "\"disabled\""), Map.entry("metadata", "{}"));
    private static final Map<String, String> REASONING = members("effort", "null", "summary", "null");
    private static final Map<String, String> TEXT = members("format", "{\"type\":\"text\"}", "verbosity", "\"medium\"");

    private final String head;
    private final String model;
    private final String echo;

    /** The members that change, as JSON. */
    record Parts(String completedAt, String error, String incompleteDetails, String serviceTier, String usage) {
        /** Of a response under way. */
        static Parts open(String serviceTier) {
            return new Parts("null", "null", "null", serviceTier, ",\"usage\":null");
        }
    }

    ResponseJson(ResponseRequest request, String id, long createdSeconds) {
        head = "{\"id\":\"" + id + "\",\"object\":\"response\",\"created_at\":" + createdSeconds + ",\"status\":\"";
        model = JsonStrings.quote(request.model());
        StringBuilder out = new StringBuilder();
        for (Map.Entry<String, String> member : ECHOED) {
            Optional<String> told = request.json(member.getKey());
            out.append(",\"").append(member.getKey()).append("\":").append(told.orElse(member.getValue()));
        }
        out.append(",\"reasoning\":").append(completed(request, "reasoning", REASONING));
        out.append(",\"text\":").append(completed(request, "text", TEXT));
        out.append(",\"tools\":[").append(String.join(",", request.tools.stream().map(Tool::told).toList())).append(']');
        for (String named : List.of("user", "prompt", "prompt_cache_retention")) {
            request.json(named).ifPresent(json -> out.append(",\"").append(named).append("\":").append(json));
        }
        request.text("conversation").ifPresent(conversation ->
                out.append(",\"conversation\":{\"id\":").append(JsonStrings.quote(conversation)).append('}'));
        out.append(",\"background\":").append(request.flag("background", false));
        echo = out.toString();
    }

    String render(String status, List<String> output, Parts parts) {
        return head + status + "\",\"completed_at\":" + parts.completedAt + ",\"error\":" + parts.error
                + ",\"incomplete_details\":" + parts.incompleteDetails + ",\"model\":" + model + ",\"output\":["
                + String.join(",", output) + "]" + echo + ",\"service_tier\":" + parts.serviceTier + parts.usage + "}";
    }

    /** The usage object. */
    static String usage(TokenUsage tokens) {
        return "{\"input_tokens\":" + tokens.input() + ",\"input_tokens_details\":{\"cached_tokens\":" + tokens.cached()
                + ",\"cache_write_tokens\":" + tokens.cacheWrite() + "},\"output_tokens\":" + tokens.output()
                + ",\"output_tokens_details\":{\"reasoning_tokens\":" + tokens.reasoning() + "},\"total_tokens\":"
                + tokens.total() + "}";
    }

    /** {@code json}, an object with {@code members}, and those of {@code assumed} that it lacks; its own text stays as it was. */
    static String completed(String json, Set<String> members, Map<String, String> assumed) {
        String rest = members.isEmpty() ? "}" : json.substring(json.indexOf('{') + 1);
        StringBuilder out = new StringBuilder("{");
        assumed.forEach((name, value) -> {
            if (!members.contains(name)) {
                out.append(out.length() > 1 ? "," : "").append('"').append(name).append("\":").append(value);
            }
        });
        return out.append(out.length() > 1 && !members.isEmpty() ? "," : "").append(rest).toString();
    }

    private static String completed(ResponseRequest request, String member, Map<String, String> assumed) {
        Optional<String> sent = request.json(member);
        return completed(sent.orElse("{}"), sent.map(json -> JsonTree.object(json).keySet()).orElse(Set.of()), assumed);
    }

    private static Map<String, String> members(String first, String one, String second, String two) {
        Map<String, String> members = new LinkedHashMap<>();
        members.put(first, one);
        members.put(second, two);
        return members;
    }
}
