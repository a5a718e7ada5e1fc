package sluice.ops;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.Handler;
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
    private static final String EVENTS = "text/event-stream";

    private final Operations operations;
    private final GatewayView gateway;
    private final Visits visits = new Visits(System::nanoTime);
    private final GuessLimit guesses;
    private volatile AdminGuard guard;

    AdminApi(Operations operations, GatewayView gateway, AdminGuard guard, GuessLimit guesses) {
        this.guesses = guesses;
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
        routing.addFilter(this::filter);
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
                .get("/admin/events", this::events)
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
                .post("/admin/login", this::login)
                .any((request, response) -> AdminAnswer.fail(response, Status.NOT_FOUND_404, "unknown_path", "There is no such page."));
    }

    /** Registers what is read: by GET, and by HEAD. */
    private record Reads(HttpRouting.Builder routing) {
        Reads get(String path, Handler handler) {
            routing.get(path, handler).head(path, handler);
            return this;
        }
    }

    /** Everything below {@code /admin} but the login, and the metrics, are for those whom the guard lets in. */
    private void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        response.headers().set(HeaderNames.create("x-content-type-options"), "nosniff");
        try (Visits.Visit visit = visits.begin()) {
            request.context().register(visit);
            if (request.prologue().method().equals(Method.HEAD)) {
                AdminAnswer.asHead(() -> admitted(chain, request, response));
            } else {
                admitted(chain, request, response);
            }
            if (visit.isEnded()) {
                throw new CloseConnectionException("the client does not read");
            }
        }
    }

    private void admitted(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        String path = request.path().path();
        boolean metrics = path.equals("/metrics");
        boolean open = !metrics && !path.startsWith("/admin") || path.equals("/admin/login");
        Optional<AdminGuard.Refusal> refusal = open ? Optional.empty() : refusal(request, metrics);
        if (refusal.isEmpty()) {
            chain.proceed();
        } else {
            refuse(response, refusal.get());
        }
    }

    /** Whoever shows a token that is wrong may do so only so often. */
    private Optional<AdminGuard.Refusal> refusal(ServerRequest request, boolean readsNumbers) {
        AdminGuard.Visit visit = visit(request);
        String address = request.remotePeer().host();
        boolean shows = !visit.authorization().isEmpty();
        if (shows && !guesses.take(address)) {
            return Optional.of(AdminGuard.Refusal.TOO_MANY_GUESSES);
        }
        Optional<AdminGuard.Refusal> refusal = readsNumbers ? guard.checkReading(visit) : guard.check(visit);
        if (shows && (refusal.isEmpty() || refusal.get() != AdminGuard.Refusal.WRONG_TOKEN)) {
            guesses.giveBack(address);
        }
        return refusal;
    }

    private static void refuse(ServerResponse response, AdminGuard.Refusal refusal) {
        Status status = switch (refusal) {
            case NO_TOKEN, WRONG_TOKEN -> {
                response.headers().set(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"sluice\"");
                yield Status.UNAUTHORIZED_401;
            }
            case CLOSED, FOREIGN_ORIGIN, FOREIGN_HOST -> Status.FORBIDDEN_403;
            case TOO_MANY_GUESSES -> {
                response.headers().set(HeaderNames.RETRY_AFTER, "1");
                yield Status.TOO_MANY_REQUESTS_429;
            }
        };
        AdminAnswer.fail(response, status, AdminJson.lower(refusal), words(refusal));
    }

    /** Whether a visitor may see what the port shows of accounts. */
    boolean mayRead(ServerRequest request) {
        return refusal(request, false).isEmpty();
    }

    /** Ends requests of clients that do not read. */
    void sweep() {
        visits.sweep();
    }

    private static String words(AdminGuard.Refusal refusal) {
        return switch (refusal) {
            case NO_TOKEN -> "Send 'Authorization: Bearer TOKEN' with the token of server.admin.token.";
            case WRONG_TOKEN -> "This is not the token of server.admin.token.";
            case CLOSED -> "The admin port is closed: set server.admin.token, or server.admin.open: true on a loopback address.";
            case FOREIGN_ORIGIN -> "A web page of another origin may not use the admin port.";
            case TOO_MANY_GUESSES -> "Too many wrong tokens came from this address; wait a second.";
            case FOREIGN_HOST -> "Without a token, the Host must be localhost, 127.0.0.1 or [::1].";
        };
    }

    private static AdminGuard.Visit visit(ServerRequest request) {
        String method = request.prologue().method().text();
        return new AdminGuard.Visit(!method.equals("GET") && !method.equals("HEAD"), header(request, "authorization"),
                header(request, "cookie"), header(request, "origin"), header(request, "host"));
    }

    private static String header(ServerRequest request, String name) {
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

    private void story(ServerRequest request, ServerResponse response) {
        operations.story(request.path().pathParameters().get("id")).ifPresentOrElse(story -> AdminAnswer.json(response, story),
                () -> AdminAnswer.fail(response, Status.NOT_FOUND_404, "unknown_request", "This request is not among the last "
                        + Operations.RECENT + " that were kept; the log and the ledger know all."));
    }

    private void events(ServerRequest request, ServerResponse response) {
        if (AdminAnswer.isHead()) {
            AdminAnswer.send(response, EVENTS, "");
            return;
        }
        Visits.Visit visit = request.context().get(Visits.Visit.class).orElseThrow();
        Optional<LiveFeed.Listener> listening = operations.feed().listen(visit);
        if (listening.isEmpty()) {
            AdminAnswer.fail(response, Status.SERVICE_UNAVAILABLE_503, "too_many_listeners", "There are " + LiveFeed.MAX_LISTENERS
                    + " listeners, as many as there may be, and all of them are new.");
            return;
        }
        response.headers().set(HeaderNames.CONTENT_TYPE, EVENTS);
        response.headers().set(HeaderNames.CACHE_CONTROL, "no-cache");
        try (LiveFeed.Listener listener = listening.get()) {
            OutputStream out = response.outputStream();
            tell(listener, visit, out);
            out.close();
        } catch (IOException | UncheckedIOException e) {
            // The listener has left; there is nobody to tell.
        } catch (InterruptedException e) {
            if (!visit.isEnded()) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Requests as they end, and the state of everything each second, until the listener leaves or the gateway ends. */
    private void tell(LiveFeed.Listener listener, Visits.Visit visit, OutputStream out) throws IOException, InterruptedException {
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
                visit.progress();
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
        String address = request.remotePeer().host();
        if (!guesses.take(address)) {
            refuse(response, AdminGuard.Refusal.TOO_MANY_GUESSES);
            return;
        }
        if (!guard.isToken(token)) {
            AdminAnswer.fail(response, Status.UNAUTHORIZED_401, "wrong_token", words(AdminGuard.Refusal.WRONG_TOKEN));
            return;
        }
        guesses.giveBack(address);
        response.headers().set(HeaderNames.SET_COOKIE, AdminGuard.COOKIE + "=" + guard.session()
                + "; Path=/; HttpOnly; SameSite=Strict" + (request.isSecure() ? "; Secure" : ""));
        AdminAnswer.json(response, "{}");
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
