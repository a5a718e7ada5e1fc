package sluice.simulator;

import java.util.Optional;
import sluice.json.JsonStrings;

/** An error in the API's words. */
record ApiError(int status, String type, String code, Optional<String> param, String message) {
    static ApiError invalid(String code, String param, String message) {
        return new ApiError(400, "invalid_request_error", code, Optional.of(param), message);
    }

    static ApiError notFound(String code, String message) {
        return new ApiError(404, "invalid_request_error", code, Optional.empty(), message);
    }

    static ApiError badKey(String message) {
        return new ApiError(401, "invalid_request_error", "invalid_api_key", Optional.empty(), message);
    }

    /** What the API says with {@code status}, unless the fault says otherwise. */
    static ApiError of(int status, Fault fault) {
        ApiError usual = switch (status) {
            case 401 -> badKey("Incorrect API key provided: sk-sim-***.");
            case 402, 403 -> new ApiError(status, "permission_error", "permission_denied", Optional.empty(),
                    "You do not have access to this organization: org-simulated.");
            case 404 -> notFound("model_not_found", "The model does not exist or you do not have access to it.");
            case 429 -> new ApiError(status, "rate_limit_error", "rate_limit_exceeded", Optional.empty(),
                    "Rate limit reached for requests per minute. Please try again later.");
            case 503 -> new ApiError(status, "server_error", "server_is_overloaded", Optional.empty(),
                    "The server is overloaded. Please try again later.");
            default -> new ApiError(status, status >= 500 ? "server_error" : "invalid_request_error",
                    status >= 500 ? "server_error" : "invalid_request", Optional.empty(), "The simulator was asked to fail.");
        };
        return new ApiError(status, fault.text(FaultOption.TYPE).orElse(usual.type),
                fault.text(FaultOption.CODE).orElse(usual.code), usual.param,
                fault.text(FaultOption.MESSAGE).map(text -> text.replace('_', ' ')).orElse(usual.message));
    }

    /** The value of {@code error}. */
    String inner() {
        return "{\"message\":" + JsonStrings.quote(message) + ",\"type\":" + JsonStrings.quote(type) + ",\"param\":"
                + param.map(JsonStrings::quote).orElse("null") + ",\"code\":" + JsonStrings.quote(code) + "}";
    }

    /** The body of an HTTP answer. */
    String json() {
        return "{\"error\":" + inner() + "}";
    }
}
