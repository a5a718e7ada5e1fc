package sluice.simulator;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import sluice.api.TokenUsage;
import sluice.json.JsonStrings;
import sluice.wire.RequestHead;

/** The API's routes: from a request to its answer. Stateless but for the accounts; thread-safe. */
final class Routes {
    private static final long CREATED_SECONDS = 1_767_225_600L;
    private static final String RESPONSES = "/responses";

    private final SimulatorSettings settings;
    private final Ids ids;

    Routes(SimulatorSettings settings, Ids ids) {
        this.settings = settings;
        this.ids = ids;
    }

    /** Whether the request makes a response, and so has a body with a model. */
    static boolean isCreate(RequestHead head) {
        return head.method().equals("POST") && route(head).equals(RESPONSES);
    }

    Answer answer(RequestHead head, TurnRequest request, Fault fault, Account account) throws ApiException {
        String route = route(head);
        if (isCreate(head)) {
            return create(head, request, fault, account);
        }
        if (route.startsWith(RESPONSES + "/")) {
            return response(head, route.substring(RESPONSES.length() + 1), request, fault, account);
        }
        if (route.equals("/models") && head.method().equals("GET")) {
            String list = settings.models().stream().map(Routes::model).collect(Collectors.joining(","));
            return Answer.Whole.json(200, "{\"object\":\"list\",\"data\":[" + list + "]}");
        }
        if (route.startsWith("/models/") && head.method().equals("GET")) {
            String name = route.substring("/models/".length());
            if (!settings.models().contains(name)) {
                throw new ApiException(ApiError.notFound("model_not_found", "The model '" + name + "' does not exist"));
            }
            return Answer.Whole.json(200, model(name));
        }
        if (route.equals("/conversations") && head.method().equals("POST")) {
            String id = ids.next("conv_");
            account.openConversation(id);
            return Answer.Whole.json(200, "{\"id\":\"" + id + "\",\"object\":\"conversation\",\"created_at\":" + now()
                    + ",\"metadata\":{}}");
        }
        throw unknown(head);
    }

    /** Checks a request for a response, and makes the response. */
    Turn turn(TurnRequest request, Fault fault, Account account, String cacheKey, boolean knownHere) throws ApiException {
        if (request.model().isEmpty() && request.json("prompt").isEmpty()) {
            throw new ApiException(ApiError.invalid("missing_required_parameter", "model",
                    "Missing required parameter: 'model'."));
        }
        for (String encrypted : request.encrypted) {
            if (Turn.EncryptedContent.isForeign(encrypted, account.organization())) {
                throw new ApiException(ApiError.invalid("invalid_encrypted_content", "input",
                        "The encrypted content could not be verified. Reason: organization_id did not match."));
            }
        }
        Optional<String> previous = request.text("previous_response_id");
        if (previous.isPresent() && !knownHere && account.response(previous.get()).isEmpty()) {
            throw new ApiException(ApiError.invalid("previous_response_not_found", "previous_response_id",
                    "Previous response with id '" + previous.get() + "' not found."));
        }
        Optional<String> conversation = request.text("conversation");
        if (conversation.isPresent() && !account.hasConversation(conversation.get())) {
            throw new ApiException(ApiError.notFound("conversation_not_found",
                    "Conversation with id '" + conversation.get() + "' not found."));
        }
        int cached = cacheKey.isEmpty() ? 0 : account.cachedTokens(cacheKey, request.inputTokens());
        Turn turn = new Turn(request, fault, account.organization(), ids.next("resp_"), now(), cached,
                !request.flag("generate", true));
        if (request.flag("store", true)) {
            account.store(turn);
        }
        return turn;
    }

    private Answer create(RequestHead head, TurnRequest request, Fault fault, Account account) throws ApiException {
        String cacheKey = request.text("prompt_cache_key").or(() -> head.headers().first("session-id")).orElse("");
        Turn turn = turn(request, fault, account, cacheKey, false);
        if (request.flag("stream", false) != fault.has(FaultOption.SWAP)) {
            return new Answer.Events(turn);
        }
        return request.flag("background", false) ? Answer.Whole.json(200, turn.now())
                : Answer.Whole.billed(turn.done(), turn.billed());
    }

    private Answer response(RequestHead head, String rest, TurnRequest request, Fault fault, Account account)
            throws ApiException {
        boolean post = head.method().equals("POST");
        if (rest.equals("input_tokens") && post) {
            return Answer.Whole.json(200, "{\"object\":\"response.input_tokens\",\"input_tokens\":"
                    + request.inputTokens() + "}");
        }
        if (rest.equals("compact") && post) {
            return compact(request, fault, account);
        }
        int slash = rest.indexOf('/');
        String id = slash < 0 ? rest : rest.substring(0, slash);
        String action = slash < 0 ? "" : rest.substring(slash + 1);
        Turn turn = account.response(id).orElseThrow(() -> new ApiException(
                new ApiError(404, "invalid_request_error", "not_found", Optional.empty(),
                        "Response with id '" + id + "' not found.")));
        switch (head.method() + ' ' + action) {
            case "GET " -> {
                return head.query().contains("stream=true")
                        ? new Answer.Events(turn, startingAfter(head.query())) : Answer.Whole.json(200, turn.now());
            }
            case "DELETE " -> {
                account.delete(id);
                return Answer.Whole.json(200, "{\"id\":\"" + id + "\",\"object\":\"response\",\"deleted\":true}");
            }
            case "POST cancel" -> {
                if (!turn.request().flag("background", false)) {
                    throw new ApiException(ApiError.invalid("invalid_request", "id", "Cannot cancel a synchronous response."));
                }
                turn.cancel();
                return Answer.Whole.json(200, turn.now());
            }
            case "GET input_items" -> {
                return Answer.Whole.json(200, list(turn.request().listedItems(id)));
            }
            default -> throw unknown(head);
        }
    }

    private Answer compact(TurnRequest request, Fault fault, Account account) throws ApiException {
        Turn turn = turn(request, fault, account, "", false);
        String kept = String.join(",", request.listedItems(turn.id()));
        String item = "{\"id\":\"cmp_" + turn.id().substring(5) + "\",\"type\":\"compaction\",\"encrypted_content\":\""
                + Turn.EncryptedContent.of(account.organization(), turn.id()) + "\"}";
        int input = request.inputTokens();
        return Answer.Whole.billed("{\"id\":\"" + turn.id() + "\",\"object\":\"response.compaction\",\"created_at\":" + now()
                + ",\"output\":[" + kept + (kept.isEmpty() ? "" : ",") + item + "],\"usage\":{\"input_tokens\":" + input
                + ",\"input_tokens_details\":{\"cached_tokens\":0,\"cache_write_tokens\":0},\"output_tokens\":32,"
                + "\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":" + (input + 32) + "}}",
                TokenUsage.told(input, 0, 32, 0));
    }

    private static String list(List<String> items) {
        return "{\"object\":\"list\",\"data\":[" + String.join(",", items) + "],\"first_id\":" + idOf(items, 0)
                + ",\"last_id\":" + idOf(items, items.size() - 1) + ",\"has_more\":false}";
    }

    private static String idOf(List<String> items, int index) {
        if (items.isEmpty()) {
            return "null";
        }
        try {
            return TurnRequestReader.read(BodyOut.bytes(items.get(index))).json("id").orElse("null");
        } catch (IOException e) {
            throw new IllegalStateException("an item was read before", e);
        }
    }

    private static int startingAfter(String query) {
        for (String part : query.substring(1).split("&")) {
            if (part.matches("starting_after=\\d{1,9}")) {
                return Integer.parseInt(part.substring(part.indexOf('=') + 1));
            }
        }
        return -1;
    }

    private static String model(String name) {
        return "{\"id\":" + JsonStrings.quote(name) + ",\"object\":\"model\",\"created\":" + CREATED_SECONDS
                + ",\"owned_by\":\"simulator\"}";
    }

    private static ApiException unknown(RequestHead head) {
        return new ApiException(ApiError.notFound("unknown_url", "Invalid URL (" + head.method() + " " + head.path() + ")"));
    }

    private static String route(RequestHead head) {
        String path = head.path();
        return path.startsWith("/v1/") ? path.substring(3) : path;
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }
}
