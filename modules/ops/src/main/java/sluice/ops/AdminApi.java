package sluice.ops;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import sluice.api.AccountScheduler;
import sluice.api.AccountStatus;
import sluice.api.Headers;
import sluice.records.EndedRequest;

/** The routes of the admin API and of the dashboard; {@code admin-api.json} describes them. Thread-safe. */
final class AdminApi {
    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 1000;
    /** Largest body that is explained; the gateway itself may take larger ones. */
    private static final int MAX_BODY_BYTES = 64 * 1024 * 1024;
    private static final int MAX_TOKEN_BYTES = 4096;
    private static final long STATE_EVERY_MILLIS = 1000;

    private final Operations operations;
    private final GatewayView gateway;
    private volatile AdminGuard guard;

    AdminApi(Operations operations, GatewayView gateway, AdminGuard guard) {
        this.operations = operations;
        this.gateway = gateway;
        this.guard = guard;
    }

    /** From now on, {@code next} decides who may use the port. */
    void guard(UnaryOperator<AdminGuard> next) {
        guard = next.apply(guard);
    }

    void routing(HttpRouting.Builder routing) {
        new ClientRoutes(gateway.keys()).routing(routing);
        routing.addFilter(this::filter)
                .get("/metrics", (request, response) -> AdminAnswer.send(response, PrometheusText.MEDIA_TYPE, operations.scrape()))
                .get("/admin/overview", (request, response) -> AdminAnswer.json(response, operations.overview()))
                .get("/admin/accounts", (request, response) -> AdminAnswer.json(response, JsonOut.object(json ->
                        json.array("accounts", gateway.scheduler().accounts(), AdminJson::account))))
                .post("/admin/accounts/{name}/{control}", this::control)
                .get("/admin/decisions", (request, response) -> AdminAnswer.json(response, JsonOut.object(json ->
                        json.array("decisions", gateway.scheduler().recentDecisions(limit(request)), AdminJson::decision))))
                .get("/admin/requests", (request, response) -> AdminAnswer.json(response, operations.requests(limit(request))))
                .get("/admin/clients", (request, response) -> AdminAnswer.json(response, JsonOut.object(json ->
                        json.array("clients", gateway.clients(), AdminJson::client))))
                .get("/admin/money", (request, response) -> AdminAnswer.json(response, JsonOut.object(json ->
                        AdminJson.money(json, gateway.money()))))
                .post("/admin/explain", this::explain)
                .get("/admin/events", this::events)
                .get("/admin/config", (request, response) -> AdminAnswer.send(response, "application/yaml; charset=utf-8",
                        gateway.effectiveConfiguration()))
                .post("/admin/drain", this::drain)
                .post("/admin/login", this::login)
                .get("/admin/openapi.json", (request, response) -> resource(response, "admin-api.json", AdminAnswer.JSON))
                .get("/", (request, response) -> resource(response, "dashboard.html", "text/html; charset=utf-8"))
                .get("/dashboard.css", (request, response) -> resource(response, "dashboard.css", "text/css; charset=utf-8"))
                .get("/dashboard.js", (request, response) -> resource(response, "dashboard.js",
                        "text/javascript; charset=utf-8"));
    }

    /** Everything below {@code /admin} but the login, and the metrics, are for those whom the guard lets in. */
    private void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        String path = request.path().path();
        boolean metrics = path.equals("/metrics");
        if (!metrics && !path.startsWith("/admin") || path.equals("/admin/login")) {
            chain.proceed();
            return;
        }
        AdminGuard.Visit visit = visit(request);
        Optional<AdminGuard.Refusal> refusal = metrics ? guard.checkReading(visit) : guard.check(visit);
        if (refusal.isEmpty()) {
            chain.proceed();
            return;
        }
        boolean unknown = refusal.get() == AdminGuard.Refusal.NO_TOKEN || refusal.get() == AdminGuard.Refusal.WRONG_TOKEN;
        if (unknown) {
            response.headers().set(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"sluice\"");
        }
        response.status(unknown ? Status.UNAUTHORIZED_401 : Status.FORBIDDEN_403);
        response.headers().set(HeaderNames.CONTENT_TYPE, AdminAnswer.JSON);
        response.send(AdminAnswer.error(AdminJson.lower(refusal.get()), words(refusal.get())));
    }

    private static String words(AdminGuard.Refusal refusal) {
        return switch (refusal) {
            case NO_TOKEN -> "Send 'Authorization: Bearer TOKEN' with the token of server.admin.token.";
            case WRONG_TOKEN -> "This is not the token of server.admin.token.";
            case CLOSED -> "The admin port is closed: set server.admin.token, or server.admin.open: true on a loopback address.";
            case FOREIGN_ORIGIN -> "A web page of another origin may not use the admin port.";
            case FOREIGN_HOST -> "Without a token, the Host must be localhost, 127.0.0.1 or [::1].";
        };
    }

    private static AdminGuard.Visit visit(RoutingRequest request) {
        String method = request.prologue().method().text();
        return new AdminGuard.Visit(!method.equals("GET") && !method.equals("HEAD"), header(request, "authorization"),
                header(request, "cookie"), header(request, "origin"), header(request, "host"));
    }

    private static String header(RoutingRequest request, String name) {
        List<String> values = request.headers().all(HeaderNames.create(name), List::of);
        return String.join("; ", values);
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

    private void events(ServerRequest request, ServerResponse response) {
        Optional<LiveFeed.Listener> listening = operations.feed().listen();
        if (listening.isEmpty()) {
            AdminAnswer.fail(response, Status.SERVICE_UNAVAILABLE_503, "too_many_listeners", "There are " + LiveFeed.MAX_LISTENERS
                    + " listeners, as many as there may be.");
            return;
        }
        response.headers().set(HeaderNames.CONTENT_TYPE, "text/event-stream");
        response.headers().set(HeaderNames.CACHE_CONTROL, "no-cache");
        try (LiveFeed.Listener listener = listening.get(); OutputStream out = response.outputStream()) {
            tell(listener, out);
        } catch (IOException | UncheckedIOException e) {
            // The listener has left; there is nobody to tell.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Requests as they end, and the state of everything each second, until the listener leaves or the gateway ends. */
    private void tell(LiveFeed.Listener listener, OutputStream out) throws IOException, InterruptedException {
        long stateAt = System.nanoTime();
        BudgetWatch budgets = new BudgetWatch();
        state(budgets, out);
        while (!operations.closed()) {
            Optional<EndedRequest> next = listener.next(STATE_EVERY_MILLIS);
            if (next.isPresent()) {
                event(out, "request", operations.request(next.get()));
            }
            if (System.nanoTime() - stateAt >= STATE_EVERY_MILLIS * 1_000_000) {
                stateAt = System.nanoTime();
                long lost = listener.takeLost();
                if (lost > 0) {
                    event(out, "lost", JsonOut.object(json -> json.number("requests", lost)));
                }
                state(budgets, out);
            }
        }
    }

    private void state(BudgetWatch budgets, OutputStream out) throws IOException {
        event(out, "state", operations.overview());
        for (String budget : budgets.fresh(gateway.money())) {
            event(out, "budget", budget);
        }
    }

    private static void event(OutputStream out, String type, String data) throws IOException {
        out.write(("event: " + type + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void drain(ServerRequest request, ServerResponse response) {
        gateway.drain();
        System.getLogger("sluice.ops").log(System.Logger.Level.INFO, "draining, by the admin API");
        AdminAnswer.json(response, JsonOut.object(json -> json.flag("draining", true).number("in_flight", gateway.inFlight())));
    }

    private void login(ServerRequest request, ServerResponse response) {
        String token = new String(AdminAnswer.read(request, MAX_TOKEN_BYTES), StandardCharsets.UTF_8).strip();
        if (!guard.isToken(token)) {
            AdminAnswer.fail(response, Status.UNAUTHORIZED_401, "wrong_token", words(AdminGuard.Refusal.WRONG_TOKEN));
            return;
        }
        response.headers().set(HeaderNames.SET_COOKIE, AdminGuard.COOKIE + "=" + guard.session()
                + "; Path=/; HttpOnly; SameSite=Strict");
        AdminAnswer.json(response, "{}");
    }

    private static int limit(ServerRequest request) {
        String text = request.query().first("limit").orElse(Integer.toString(DEFAULT_LIMIT));
        return text.matches("[0-9]{1,6}") ? Math.min(MAX_LIMIT, Integer.parseInt(text)) : DEFAULT_LIMIT;
    }

    private static void resource(ServerResponse response, String name, String type) throws IOException {
        try (InputStream in = AdminApi.class.getResourceAsStream(name)) {
            response.headers().set(HeaderNames.CONTENT_TYPE, type);
            response.headers().set(HeaderNames.CACHE_CONTROL, "no-cache");
            response.headers().set(HeaderNames.create("content-security-policy"), "default-src 'none'; script-src 'self'; "
                    + "style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'");
            response.send(in.readAllBytes());
        }
    }
}
