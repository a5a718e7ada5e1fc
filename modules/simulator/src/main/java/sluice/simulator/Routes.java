package sluice.simulator;

import java.util.stream.Collectors;
import sluice.api.TokenUsage;
import sluice.http1.RequestHead;
import sluice.json.JsonStrings;

/** The API's routes: from a request to its answer. Stateless but for the accounts; thread-safe. */
final class Routes {
    private static final long CREATED_SECONDS = 1_767_225_600L;
    private static final int COMPACTED_TOKENS = 32;
    private static final String RESPONSES = "/responses";

    private final SimulatorSettings settings;
    private final Ids ids;
    private final ResponseMaker maker;

    Routes(SimulatorSettings settings, Ids ids) {
        this.settings = settings;
        this.ids = ids;
        maker = new ResponseMaker(ids);
    }

    ResponseMaker maker() {
        return maker;
    }

    /** Which of {@link FaultOption#ROUTES} a request is for. */
    static String name(RequestHead head) {
        String route = route(head);
        if (route.equals(RESPONSES)) {
            return "responses";
        }
        if (route.equals(RESPONSES + "/compact") || route.equals(RESPONSES + "/input_tokens")) {
            return route.substring(RESPONSES.length() + 1);
        }
        return route.startsWith(RESPONSES + "/") ? "stored" : route.startsWith("/models") ? "models" : "other";
    }

    SimulatedAnswer answer(RequestHead head, ResponseRequest request, Fault fault, SimulatedAccount account)
            throws ApiException {
        String route = route(head);
        String path = route.startsWith(RESPONSES + "/") ? route.substring(RESPONSES.length() + 1) : "";
        return switch (head.method() + ' ' + name(head)) {
            case "POST responses" -> create(head, request, fault, account);
            case "POST compact" -> compact(request, account);
            case "POST input_tokens" -> SimulatedAnswer.Whole.json(200,
                    "{\"object\":\"response.input_tokens\",\"input_tokens\":" + request.inputTokens() + "}");
            case "GET models" -> models(route);
            case "GET stored", "DELETE stored", "POST stored" -> StoredResponses.answer(head, path, account);
            default -> {
                if (route.equals("/conversations") && head.method().equals("POST")) {
                    yield conversation(account);
                }
                throw ApiException.unknownUrl(head);
            }
        };
    }

    private SimulatedAnswer create(RequestHead head, ResponseRequest request, Fault fault, SimulatedAccount account)
            throws ApiException {
        String cacheKey = request.text("prompt_cache_key").or(() -> head.headers().first("session-id")).orElse("");
        SimulatedResponse response = maker.make(request, fault, account, cacheKey, ConnectionMemory.NONE);
        if (request.flag("stream", false) != fault.has(FaultOption.SWAP)) {
            return SimulatedAnswer.Events.first(response);
        }
        return new SimulatedAnswer.Accepted(response);
    }

    /** Keeps what the user has said, and puts one item in the place of all the rest. */
    private SimulatedAnswer compact(ResponseRequest request, SimulatedAccount account) throws ApiException {
        maker.check(request, account);
        String id = ids.next("resp_");
        StringBuilder kept = new StringBuilder();
        for (String item : request.listedItems(id)) {
            if ("user".equals(JsonTree.object(item).get("role"))) {
                kept.append(item).append(',');
            }
        }
        TokenUsage usage = TokenUsage.told(request.inputTokens(), 0, COMPACTED_TOKENS, 0);
        String json = "{\"id\":\"" + id + "\",\"object\":\"response.compaction\",\"created_at\":" + now()
                + ",\"output\":[" + kept + "{\"id\":\"cmp_" + id.substring(id.indexOf('_') + 1)
                + "\",\"type\":\"compaction\",\"encrypted_content\":\"" + EncryptedContent.of(account.organization(), id)
                + "\"}],\"usage\":" + ResponseJson.usage(usage) + "}";
        return SimulatedAnswer.Whole.charged(200, json, new Charge(id, request.model(), "default", usage));
    }

    private SimulatedAnswer models(String route) throws ApiException {
        if (route.equals("/models")) {
            String list = settings.models().stream().map(Routes::model).collect(Collectors.joining(","));
            return SimulatedAnswer.Whole.json(200, "{\"object\":\"list\",\"data\":[" + list + "]}");
        }
        String name = route.substring("/models/".length());
        if (!settings.models().contains(name)) {
            throw new ApiException(ApiError.notFound("model_not_found", "The model '" + name + "' does not exist"));
        }
        return SimulatedAnswer.Whole.json(200, model(name));
    }

    private SimulatedAnswer conversation(SimulatedAccount account) {
        String id = ids.next("conv_");
        account.openConversation(id);
        return SimulatedAnswer.Whole.json(200, "{\"id\":\"" + id + "\",\"object\":\"conversation\",\"created_at\":" + now()
                + ",\"metadata\":{}}");
    }

    private static String model(String name) {
        return "{\"id\":" + JsonStrings.quote(name) + ",\"object\":\"model\",\"created\":" + CREATED_SECONDS
                + ",\"owned_by\":\"simulator\"}";
    }

    private static String route(RequestHead head) {
        String path = head.path();
        return path.startsWith("/v1/") ? path.substring(3) : path;
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }
}
