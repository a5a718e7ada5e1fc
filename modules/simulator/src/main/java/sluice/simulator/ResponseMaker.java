package sluice.simulator;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Checks a request for a response as the API does, and makes the response. Stateless but for the accounts; thread-safe. */
final class ResponseMaker {
    private final Ids ids;

    ResponseMaker(Ids ids) {
        this.ids = ids;
    }

    /**
     * Makes the response to {@code request} and keeps it, if it is to be stored.
     *
     * @param cacheKey names the prompt in the cache; empty for none
     * @param connection responses that only this connection knows
     */
    SimulatedResponse make(ResponseRequest request, Fault fault, SimulatedAccount account, String cacheKey,
            ConnectionMemory connection) throws ApiException {
        check(request, account);
        Set<String> calls = new HashSet<>(callsOfPrevious(request, account, connection));
        Optional<String> conversation = request.text("conversation");
        if (conversation.isPresent()) {
            calls.addAll(account.callsOf(conversation.get()).orElseThrow(() -> new ApiException(ApiError.notFound(
                    "conversation_not_found", "Conversation with id '" + conversation.get() + "' not found."))));
        }
        checkOutputs(request, calls);
        int cached = cacheKey.isEmpty() ? 0 : account.cachedTokens(cacheKey, request.inputTokens());
        SimulatedResponse response = new SimulatedResponse(request, fault, new SimulatedResponse.Origin(ids.next("resp_"),
                account.organization(), System.currentTimeMillis() / 1000, cached), calls);
        if (request.flag("store", true)) {
            account.store(response);
        }
        conversation.ifPresent(id -> account.extend(id, response.calls()));
        connection.add(response);
        return response;
    }

    /** What every request with an input must be. */
    void check(ResponseRequest request, SimulatedAccount account) throws ApiException {
        if (request.model().isEmpty() && request.json("prompt").isEmpty()) {
            throw new ApiException(ApiError.invalid("missing_required_parameter", "model",
                    "Missing required parameter: 'model'."));
        }
        for (String encrypted : request.encrypted) {
            if (EncryptedContent.isForeign(encrypted, account.organization())) {
                throw new ApiException(ApiError.invalid("invalid_encrypted_content", "input",
                        "The encrypted content could not be verified. Reason: organization_id did not match."));
            }
        }
        Optional<String> missing = ToolChoice.missing(request);
        if (missing.isPresent()) {
            throw new ApiException(ApiError.invalid(null, "tool_choice",
                    "Tool choice '" + missing.get() + "' not found in 'tools' parameter."));
        }
    }

    private static Set<String> callsOfPrevious(ResponseRequest request, SimulatedAccount account, ConnectionMemory connection)
            throws ApiException {
        Optional<String> previous = request.text("previous_response_id");
        if (previous.isEmpty()) {
            return Set.of();
        }
        return connection.response(previous.get()).or(() -> account.response(previous.get())).map(SimulatedResponse::calls)
                .orElseThrow(() -> new ApiException(ApiError.invalid("previous_response_not_found", "previous_response_id",
                        "Previous response with id '" + previous.get() + "' not found.")));
    }

    /** An output must answer a call. What an item refers to is not looked at: a reference may be the call. */
    private static void checkOutputs(ResponseRequest request, Set<String> earlierCalls) throws ApiException {
        Set<String> calls = new HashSet<>(earlierCalls);
        for (InputItem item : request.items) {
            if (item.type().equals("item_reference")) {
                return;
            }
            if (item.makesCall()) {
                calls.add(item.callId());
            }
        }
        for (InputItem item : request.items) {
            if (item.answersCall() && !calls.contains(item.callId())) {
                throw new ApiException(ApiError.invalid(null, "input", "No tool call found for "
                        + item.type().replace('_', ' ') + " with call_id " + item.callId() + "."));
            }
        }
    }
}
