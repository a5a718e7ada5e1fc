package sluice.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/**
 * What an account may say instead of an answer, as accounts were seen to say it, and what is right then however it is told.
 *
 * @param name what is refused
 * @param status the status that it is usually told by
 * @param json the body
 * @param verdict what happens to the request
 * @param memory what is not asked of the account for a while
 * @param told the status that the client gets where there is no other account
 * @param code the code that it gets then
 */
record Refusal(String name, int status, String json, Verdict verdict, Memory memory, int told, String code) {
    /** What happens to the request. */
    enum Verdict {
        /** Another account is asked. */
        MOVES_ON,
        /** The same account is asked again, without encrypted reasoning. */
        IS_STRIPPED,
        /** The client is told. */
        IS_TOLD
    }

    /** What is not asked of the account for a while. */
    enum Memory { NOTHING, MODEL, ROUTE, ACCOUNT }

    /** The model that all ask for. */
    static final String MODEL = "gpt-5.1";

    static final List<Refusal> ALL = List.of(
            gated("plan without the model", 400, "{\"detail\":\"The 'gpt-5.1' model is not supported when using Codex with a ChatGPT "
                    + "account.\"}"),
            gated("model not found", 404, error("model_not_found", "invalid_request_error",
                    "The model `gpt-5.1` does not exist or you do not have access to it.", "")),
            gated("model not found, without a code", 400, error("", "invalid_request_error",
                    "The requested model 'gpt-5.1' does not exist.", "")),
            gated("no access to the model, as detail", 403, "{\"detail\":\"`proj_secret` does not have access to model `gpt-5.1`\"}"),
            gated("organisation not verified", 400, error("unsupported_value", "invalid_request_error", "Your organization must be "
                    + "verified to stream this model. Please go to: https://platform.openai.com/settings/organization/general", "")),
            limited("usage limit, as type", error("", "usage_limit_reached", "The usage limit has been reached",
                    ",\"plan_type\":\"plus\",\"resets_in_seconds\":300,\"resets_at\":null"), Memory.ACCOUNT, "usage_limit_reached"),
            limited("usage limit, as code", error("usage_limit_reached", "", "The usage limit has been reached",
                    ",\"resets_in_seconds\":300"), Memory.ACCOUNT, "usage_limit_reached"),
            limited("rate limit", error("rate_limit_exceeded", "tokens", "Rate limit reached for gpt-5.1 in organization org-secret on "
                    + "tokens per min (TPM): Limit 1, Used 1, Requested 1. Please try again in 300s.", ""), Memory.MODEL,
                    "rate_limit_exceeded"),
            limited("rate limit, as type", error("", "rate_limit_error", "Too many requests. Please try again in 300s.", ""), Memory.MODEL,
                    "rate_limit_exceeded"),
            limited("quota used up", error("insufficient_quota", "insufficient_quota", "You exceeded your current quota, please "
                    + "check your plan and billing details of org-secret.", ""), Memory.ACCOUNT, "usage_limit_reached"),
            limited("quota used up, as type", error("", "insufficient_quota", "You exceeded your current quota.", ""),
                    Memory.ACCOUNT, "usage_limit_reached"),
            new Refusal("billing limit", 400, error("billing_hard_limit_reached", "invalid_request_error",
                    "Billing hard limit has been reached", ""), Verdict.MOVES_ON, Memory.ACCOUNT, 429, "usage_limit_reached"),
            refused("key refused", 401, error("invalid_api_key", "invalid_request_error", "Incorrect API key provided: sk-secret.", "")),
            refused("account closed", 403, error("account_deactivated", "invalid_request_error",
                    "The account of org-secret has been deactivated.", "")),
            overloaded("overloaded", 503, error("server_is_overloaded", "service_unavailable_error", "Our servers are overloaded.", "")),
            overloaded("overloaded, as slow_down", 503, error("slow_down", "", "Slow down.", "")),
            overloaded("at capacity", 400, error("", "invalid_request_error", "Selected model is at capacity. Try a different model.", "")),
            limited("usage limit, as forbidden", error("", "forbidden_error", "usage limit reached", ",\"resets_in_seconds\":300"),
                    Memory.ACCOUNT, "usage_limit_reached"),
            limited("rate limit, in words alone", error("", "", "Rate limit reached for gpt-5.1. Please try again in 300s.", ""),
                    Memory.MODEL, "rate_limit_exceeded"),
            refused("token revoked, in words alone", 401, error("", "", "Your authentication token has been revoked.", "")),
            new Refusal("overloaded, in words alone", 400, error("", "upstream_error", "Our servers are currently overloaded. Please try "
                    + "again later.", ""), Verdict.MOVES_ON, Memory.NOTHING, 503, "server_is_overloaded"),
            new Refusal("reasoning of another organisation", 400, error("invalid_encrypted_content", "invalid_request_error",
                    "The encrypted content could not be verified.", ""), Verdict.IS_STRIPPED, Memory.NOTHING, 400,
                    "invalid_encrypted_content"),
            new Refusal("reasoning of another organisation, without a code", 400, error("", "invalid_request_error", "The encrypted "
                    + "content gAAA could not be verified. Reason: Encrypted content could not be decrypted or parsed.", ""),
                    Verdict.IS_STRIPPED, Memory.NOTHING, 400, ""),
            new Refusal("a value that reads like a limit", 400, error("invalid_value", "invalid_request_error",
                    "Invalid value: 'The usage limit has been reached'. Supported values are: 'auto'.", ""), Verdict.IS_TOLD,
                    Memory.NOTHING, 400, "invalid_value"),
            new Refusal("too long", 400, error("context_length_exceeded", "invalid_request_error",
                    "Your input exceeds the context window of this model.", ""), Verdict.IS_TOLD, Memory.NOTHING, 400,
                    "context_length_exceeded"));

    private static Refusal gated(String name, int status, String json) {
        return new Refusal(name, status, json, Verdict.MOVES_ON, Memory.MODEL, 404, "model_not_found");
    }

    private static Refusal limited(String name, String json, Memory memory, String code) {
        return new Refusal(name, 429, json, Verdict.MOVES_ON, memory, 429, code);
    }

    private static Refusal refused(String name, int status, String json) {
        return new Refusal(name, status, json, Verdict.MOVES_ON, Memory.ACCOUNT, 503, "no_account_available");
    }

    private static Refusal overloaded(String name, int status, String json) {
        return new Refusal(name, status, json, Verdict.MOVES_ON, Memory.NOTHING, 503,
                json.contains("slow_down") ? "slow_down" : "server_is_overloaded");
    }

    private static String error(String code, String type, String message, String more) {
        return "{\"error\":{\"message\":\"" + message + "\",\"type\":" + quoted(type) + ",\"param\":null,\"code\":" + quoted(code) + more
                + "}}";
    }

    private static String quoted(String text) {
        return text.isEmpty() ? "null" : "\"" + text + "\"";
    }

    /** Whether its message says it all. */
    boolean isKnownByItsWords() {
        return !name.equals("account closed") && !name.equals("overloaded, as slow_down")
                && !name.equals("rate limit, as type") && !name.equals("overloaded");
    }

    /** Codes and types that do not say what is refused. */
    private static final Set<String> VAGUE = Set.of("null", "invalid_request_error", "unsupported_value", "upstream_error",
            "forbidden_error");

    /** The most that a close takes. */
    private static final int REASON_CHARS = 120;

    /** The error as the reason of a close. */
    String reason() {
        String code = error().path("code").asText("");
        String type = error().path("type").asText("");
        String word = code.isEmpty() || code.equals("null") ? type : code;
        String message = error().path("message").asText();
        boolean known = !word.isEmpty() && !VAGUE.contains(word);
        return known ? word : message.substring(0, Math.min(message.length(), REASON_CHARS));
    }

    /** The error as a response that failed carries it. */
    ObjectNode error() {
        JsonNode body = Heard.json(json);
        return body.has("error") ? (ObjectNode) body.get("error")
                : ((ObjectNode) Heard.json("{\"code\":null}")).put("message", body.path("detail").asText());
    }

    @Override
    public String toString() {
        return name;
    }
}
