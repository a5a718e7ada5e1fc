package sluice.simulator;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.json.JsonStrings;

/** Writes the response object: what the request asked for is told back, as the API does. Immutable. */
final class ResponseJson {
    /** What the request's members are when it has none of them, in the API's order. */
    private static final List<Map.Entry<String, String>> ECHOED = List.of(
            Map.entry("instructions", "null"), Map.entry("max_output_tokens", "null"), Map.entry("max_tool_calls", "null"),
            Map.entry("parallel_tool_calls", "true"), Map.entry("previous_response_id", "null"),
            Map.entry("prompt_cache_key", "null"), Map.entry("reasoning", "{\"effort\":null,\"summary\":null}"),
            Map.entry("safety_identifier", "null"), Map.entry("service_tier", "\"default\""), Map.entry("store", "true"),
            Map.entry("temperature", "1.0"), Map.entry("text", "{\"format\":{\"type\":\"text\"},\"verbosity\":\"medium\"}"),
            Map.entry("tool_choice", "\"auto\""), Map.entry("tools", "[]"), Map.entry("top_logprobs", "0"),
            Map.entry("top_p", "1.0"), Map.entry("truncation", "\"disabled\""), Map.entry("user", "null"),
            Map.entry("metadata", "{}"));

    private final String head;
    private final String model;
    private final String echo;

    /** The members that change, as JSON. */
    record Parts(String error, String incompleteDetails, String usage) {
        static final Parts NONE = new Parts("null", "null", "null");
    }

    ResponseJson(TurnRequest request, String id, long createdSeconds) {
        head = "{\"id\":\"" + id + "\",\"object\":\"response\",\"created_at\":" + createdSeconds + ",\"status\":\"";
        model = JsonStrings.quote(request.model());
        StringBuilder out = new StringBuilder();
        for (Map.Entry<String, String> member : ECHOED) {
            Optional<String> told = request.json(member.getKey()).filter(json -> !json.equals("null"));
            out.append(",\"").append(member.getKey()).append("\":").append(told.orElse(member.getValue()));
        }
        request.text("conversation").ifPresent(conversation ->
                out.append(",\"conversation\":{\"id\":").append(JsonStrings.quote(conversation)).append('}'));
        out.append(",\"background\":").append(request.flag("background", false));
        echo = out.toString();
    }

    String render(String status, List<String> output, Parts parts) {
        return head + status + "\",\"error\":" + parts.error + ",\"incomplete_details\":" + parts.incompleteDetails
                + ",\"model\":" + model + ",\"output\":[" + String.join(",", output) + "]" + echo + ",\"usage\":" + parts.usage
                + "}";
    }
}
