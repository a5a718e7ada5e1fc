package sluice.api;

import java.util.OptionalLong;

/**
 * One request, as accounts are settled by it.
 *
 * @param requestId unique
 * @param epochMillis when it came
 * @param client who; empty if it was refused before that was known
 * @param account the account of the last attempt; empty if there was none
 * @param route such as {@code POST /v1/responses}
 * @param model what the client asked for; empty if unknown
 * @param upstreamModel what the account was asked for; empty if unknown
 * @param responseId the response's id; empty if unknown
 * @param stream whether a stream was asked for
 * @param status HTTP status of the answer; 499 if the client left before one
 * @param errorCode stable code; empty if it went well
 * @param attempts accounts called
 * @param resends times that the request was sent again though it may have been executed
 * @param usage tokens
 * @param requestBytes size of the body
 * @param durationNanos from the first byte of the request to the last of the answer
 * @param firstOutputNanos from the first byte of the request to the first output; 0 if none
 * @param costNanoDollars what the tokens cost by the prices of that moment, in billionths of a dollar; empty if the model has no
 *     price
 */
public record UsageRecord(String requestId, long epochMillis, String client, String account, String route, String model,
        String upstreamModel, String responseId, boolean stream, int status, String errorCode, int attempts, int resends,
        TokenUsage usage, long requestBytes, long durationNanos, long firstOutputNanos,
        OptionalLong costNanoDollars) { }
