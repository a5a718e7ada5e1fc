package sluice.simulator;

import sluice.api.Headers;
import sluice.api.TurnPool;
import sluice.net.ByteBuilder;

/**
 * The head of an answer, as the API writes it.
 *
 * @param requestId value of x-request-id
 * @param organization value of openai-organization
 * @param contentType of the body
 * @param processingMillis value of openai-processing-ms
 * @param close whether the connection ends behind it
 */
record AnswerHeaders(String requestId, String organization, String contentType, long processingMillis, boolean close) {
    void writeTo(int status, Fault fault, ByteBuilder out) {
        out.ascii("HTTP/1.1 ").decimal(status).ascii(" ").ascii(reason(status)).crlf();
        out.header("Content-Type", contentType);
        out.header("x-request-id", requestId);
        out.header("openai-organization", organization);
        out.header("openai-project", "proj_simulated");
        out.header("openai-processing-ms", Long.toString(processingMillis));
        out.header("openai-version", "2020-10-01");
        Headers.Builder limits = Headers.builder();
        Limits.addRates(fault, limits);
        Limits.addPlan(fault, limits);
        Headers told = limits.build();
        for (int i = 0; i < told.size(); i++) {
            out.header(told, i);
        }
        if (contentType.startsWith("text/event-stream")) {
            out.header("cache-control", "no-cache");
        }
        fault.text(FaultOption.TURN_STATE).ifPresent(state -> out.header(TurnPool.TURN_STATE, state));
        if (fault.has(FaultOption.RETRY)) {
            out.header("Retry-After", Integer.toString(fault.count(FaultOption.RETRY, 0)));
        }
        if (fault.has(FaultOption.RETRYMS)) {
            out.header("retry-after-ms", Integer.toString(fault.count(FaultOption.RETRYMS, 0)));
        }
        if (fault.has(FaultOption.COOKIE)) {
            out.header("Set-Cookie", "__cf_bm=simulated; path=/; HttpOnly");
            out.header("alt-svc", "h3=\":443\"; ma=86400");
            out.header("strict-transport-security", "max-age=31536000");
        }
        if (close) {
            out.header("Connection", "close");
        }
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 426 -> "Upgrade Required";
            case 429 -> "Too Many Requests";
            case 500 -> "Internal Server Error";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            default -> "Simulated";
        };
    }
}
