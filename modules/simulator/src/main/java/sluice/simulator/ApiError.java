package sluice.simulator;

import sluice.json.JsonStrings;

/**
 * An error in the API's words.
 *
 * @param status that it has as an answer
 * @param names its type, code and parameter
 * @param message for people
 * @param limit what it says about a limit, as further members of the error
 */
record ApiError(int status, Names names, String message, String limit) {
    /** What programs act on; null is told as null. */
    record Names(String type, String code, String param) {
        private static String json(String name) {
            return name == null || name.equals("null") ? "null" : JsonStrings.quote(name);
        }
    }

    static ApiError invalid(String code, String param, String message) {
        return new ApiError(400, new Names("invalid_request_error", code, param), message, "");
    }

    static ApiError notFound(String code, String message) {
        return new ApiError(404, new Names("invalid_request_error", code, null), message, "");
    }

    static ApiError badKey(String message) {
        return new ApiError(401, new Names("invalid_request_error", "invalid_api_key", null), message, "");
    }

    /** What the API says with {@code status}, unless the fault says otherwise. */
    static ApiError of(int status, Fault fault) {
        return switch (status) {
            case 401 -> as(fault, status, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-sim-***.");
            case 402, 403 -> as(fault, status, "permission_error", "permission_denied",
                    "You do not have access to this organization: org-simulated.");
            case 404 -> as(fault, status, "invalid_request_error", "model_not_found",
                    "The model does not exist or you do not have access to it.");
            case 429 -> as(fault, status, "rate_limit_error", "rate_limit_exceeded",
                    "Rate limit reached for requests per minute. Please try again later.");
            case 503 -> as(fault, status, "server_error", "server_is_overloaded",
                    "The server is overloaded. Please try again later.");
            default -> as(fault, status, status >= 500 ? "server_error" : "invalid_request_error",
                    status >= 500 ? "server_error" : "invalid_request", "The simulator was asked to fail.");
        };
    }

    /** What a response that fails with {@code code} says, unless the fault says otherwise. */
    static ApiError inside(String code, Fault fault) {
        return switch (code) {
            case "server_is_overloaded" -> as(fault, 503, "server_error", code,
                    "Our servers are currently overloaded. Please try again later.");
            case "rate_limit_exceeded" -> as(fault, 429, "rate_limit_error", code, "Rate limit reached. Please try again in 1s.");
            case "usage_limit_reached" -> as(fault, 429, code, code, "The usage limit has been reached");
            case "server_error" -> as(fault, 500, code, code, "The simulator was asked to fail.");
            default -> as(fault, 400, "invalid_request_error", code, "The simulator was asked to fail.");
        };
    }

    private static ApiError as(Fault fault, int status, String type, String code, String message) {
        return new ApiError(status, new Names(fault.text(FaultOption.TYPE).orElse(type),
                fault.text(FaultOption.CODE).orElse(code), null),
                fault.text(FaultOption.MESSAGE).map(text -> text.replace('_', ' ')).orElse(message), Limits.inError(fault));
    }

    /** The value of {@code error} in an answer. */
    String inner() {
        return "{\"message\":" + JsonStrings.quote(message) + ",\"type\":" + Names.json(names.type) + ",\"param\":"
                + Names.json(names.param) + ",\"code\":" + Names.json(names.code) + limit + "}";
    }

    /** The value of {@code error} in a response object: with a type only where the fault asks for one. */
    String ofResponse(Fault fault) {
        return "{\"code\":" + Names.json(names.code) + ",\"message\":" + JsonStrings.quote(message)
                + (!fault.has(FaultOption.TYPE) ? "" : ",\"type\":" + Names.json(names.type)) + limit + "}";
    }

    /** The members of an {@code error} event of a stream behind its number, each with a comma before it. */
    String ofEvent() {
        return ",\"code\":" + Names.json(names.code) + ",\"message\":" + JsonStrings.quote(message) + ",\"param\":"
                + Names.json(names.param) + limit;
    }

    /** The body of an HTTP answer. */
    String json() {
        return "{\"error\":" + inner() + "}";
    }

    /** The body of an HTTP answer of the other form that is seen in practice. */
    String detail() {
        return "{\"detail\":" + JsonStrings.quote(message) + "}";
    }
}
