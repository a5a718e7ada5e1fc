package sluice.ops;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import sluice.admin.AdminAnswer;
import sluice.admin.AdminGate;
import sluice.api.AccountScheduler;
import sluice.api.AccountStatus;
import sluice.api.Headers;

/** The routes of the admin API and of the dashboard; {@code admin-api.json} describes them. Thread-safe. */
final class AdminApi {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 1000;
    /** Largest body that is explained; the gateway itself may take larger ones. */
    private static final int MAX_BODY_BYTES = 64 * 1024 * 1024;

    private final Operations operations;
    private final GatewayView gateway;
    private final AdminGate gate;
    private final LiveEvents live;

    AdminApi(Operations operations, GatewayView gateway, AdminGate gate) {
        this.operations = operations;
        this.gateway = gateway;
        this.gate = gate;
        live = new LiveEvents(operations, gateway);
    }

    void routing(HttpRouting.Builder routing) {
        new ClientRoutes(gateway.keys()).routing(routing);
        routing.addFilter(gate::filter);
        new Reads(routing).get("/metrics", (request, response) ->
                        AdminAnswer.send(response, PrometheusText.MEDIA_TYPE, operations.scrape()))
                .get("/admin/overview", (request, response) -> AdminAnswer.json(response, operations.overview()))
                .get("/admin/accounts", (request, response) -> AdminAnswer.json(response, JsonOut.object(json ->
                        json.array("accounts", gateway.scheduler().accounts(), AdminJson::account))))
                .get("/admin/decisions", (request, response) -> AdminAnswer.json(response, JsonOut.object(json ->
                        json.array("decisions", gateway.scheduler().recentDecisions(limit(request)), AdminJson::decision))))
                .get("/admin/requests", (request, response) -> AdminAnswer.json(response, operations.requests(limit(request),
                        search(request))))
                .get("/admin/requests/{id}", this::story)
                .get("/admin/clients", (request, response) -> AdminAnswer.json(response, JsonOut.object(json ->
                        json.array("clients", gateway.clients(), AdminJson::client))))
                .get("/admin/money", (request, response) -> AdminAnswer.json(response, JsonOut.object(json ->
                        AdminJson.money(json, gateway.money()))))
                .get("/admin/events", live::serve)
                .get("/admin/config", (request, response) -> AdminAnswer.send(response, "application/yaml; charset=utf-8",
                        gateway.effectiveConfiguration()))
                .get("/admin/openapi.json", (request, response) -> resource(response, "admin-api.json", AdminAnswer.JSON))
                .get("/", (request, response) -> resource(response, "dashboard.html", "text/html; charset=utf-8"))
                .get("/dashboard.css", (request, response) -> resource(response, "dashboard.css", "text/css; charset=utf-8"))
                .get("/dashboard.js", (request, response) -> resource(response, "dashboard.js",
                        "text/javascript; charset=utf-8"));
        routing.post("/admin/accounts/{name}/{control}", this::control)
                .post("/admin/explain", this::explain)
                .post("/admin/drain", this::drain)
                .post("/admin/login", gate::login)
                .any((request, response) -> AdminAnswer.fail(response, Status.NOT_FOUND_404, "unknown_path", "There is no such page."));
    }

    /** Registers what is read: by GET, and by HEAD. */
    private record Reads(HttpRouting.Builder routing) {
        Reads get(String path, Handler handler) {
            routing.get(path, handler).head(path, handler);
            return this;
        }
    }

    private void control(ServerRequest request, ServerResponse response) {
        String name = request.path().pathParameters().get("name");
        Optional<AccountScheduler.Control> control = controlOf(request.path().pathParameters().get("control"));
        if (control.isEmpty()) {
            AdminAnswer.fail(response, Status.NOT_FOUND_404, "unknown_control", "Use enable, disable, cool or reset.");
        } else if (!gateway.scheduler().control(name, control.get())) {
            AdminAnswer.fail(response, Status.NOT_FOUND_404, "unknown_account", "There is no account '" + name + "'.");
        } else {
            System.getLogger("sluice.ops").log(System.Logger.Level.INFO, "account " + name + ": "
                    + AdminJson.lower(control.get()) + " by the admin API");
            Optional<AccountStatus> now = gateway.scheduler().accounts().stream().filter(a -> a.name().equals(name)).findFirst();
            AdminAnswer.json(response, JsonOut.object(json -> now.ifPresent(account -> AdminJson.account(json, account))));
        }
    }

    private static Optional<AccountScheduler.Control> controlOf(String word) {
        for (AccountScheduler.Control control : AccountScheduler.Control.values()) {
            if (AdminJson.lower(control).equals(word)) {
                return Optional.of(control);
            }
        }
        return Optional.empty();
    }

    private void explain(ServerRequest request, ServerResponse response) {
        byte[] body = AdminAnswer.read(request, MAX_BODY_BYTES);
        Headers headers = Headers.of(request.headers().stream().filter(header -> header.name().length() < 100)
                .flatMap(header -> header.allValues().stream().map(value -> new String[] {header.name(), value}))
                .flatMap(java.util.Arrays::stream).toArray(String[]::new));
        Explanation explanation = gateway.explain(request.query().first("client").orElse(""), headers, body);
        AdminAnswer.json(response, JsonOut.object(json -> AdminJson.explanation(json, explanation)));
    }

    private void story(ServerRequest request, ServerResponse response) {
        operations.story(request.path().pathParameters().get("id")).ifPresentOrElse(story -> AdminAnswer.json(response, story),
                () -> AdminAnswer.fail(response, Status.NOT_FOUND_404, "unknown_request", "This request is not among the last "
                        + Operations.RECENT + " that were kept; the log and the ledger know all."));
    }

    private void drain(ServerRequest request, ServerResponse response) {
        gateway.drain();
        System.getLogger("sluice.ops").log(System.Logger.Level.INFO, "draining, by the admin API");
        AdminAnswer.json(response, JsonOut.object(json -> json.flag("draining", true).number("in_flight", gateway.inFlight())));
    }

    private static RequestSearch search(ServerRequest request) {
        String text = request.query().first("find").orElse("");
        return new RequestSearch(text.substring(0, Math.min(text.length(), RequestSearch.MAX_CHARS)));
    }

    private static int limit(ServerRequest request) {
        String text = request.query().first("limit").orElse(Integer.toString(DEFAULT_LIMIT));
        return text.matches("[0-9]{1,6}") ? Math.min(MAX_LIMIT, Integer.parseInt(text)) : DEFAULT_LIMIT;
    }

    private static void resource(ServerResponse response, String name, String type) throws IOException {
        try (InputStream in = AdminApi.class.getResourceAsStream(name)) {
            response.headers().set(HeaderNames.CACHE_CONTROL, "no-cache");
            response.headers().set(HeaderNames.create("content-security-policy"), "default-src 'none'; script-src 'self'; "
                    + "style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'");
            AdminAnswer.send(response, type, in.readAllBytes());
        }
    }
}
