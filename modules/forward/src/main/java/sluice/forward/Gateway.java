package sluice.forward;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import sluice.api.AccountStatus;
import sluice.api.ClientSink;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.clients.Admission;
import sluice.clients.ClientAuthenticator;
import sluice.clients.Places;
import sluice.clients.Ticket;
import sluice.http1.FramingException;
import sluice.http1.HttpDate;
import sluice.records.RequestRecord;
import sluice.records.ServerTiming;
import sluice.responses.RequestPath;
import sluice.responses.Route;

/**
 * The life of a request, whichever door it came through: it is routed, authenticated and admitted, {@link Forwarding} takes it to
 * an account, and whatever becomes of it is recorded once. Thread-safe; a request stays on its own thread and sees one {@link Live}
 * from its start to its end.
 */
public final class Gateway {
    private final AtomicReference<Live> live;
    private final AtomicBoolean draining = new AtomicBoolean();
    private volatile boolean passedOn;
    private final UnderWay underWay = new UnderWay();
    private final LongAdder served = new LongAdder();
    /** The places of {@code limits.concurrent-requests}. */
    private final Places running = new Places();
    private final Upgrades upgrades;
    private final Forwarding forwarding;
    private final LongSupplier clock;
    private final LongSupplier epochMillis;

    /** A gateway whose requests to open a WebSocket go to what {@code upgrades} makes. */
    public Gateway(Live first, Function<Gateway, Upgrades> upgrades, LongSupplier clock, LongSupplier epochMillis) {
        live = new AtomicReference<>(first);
        forwarding = new Forwarding(clock);
        this.clock = clock;
        this.epochMillis = epochMillis;
        this.upgrades = upgrades.apply(this);
    }

    /** Opens WebSockets. */
    public interface Upgrades {
        /** Answers {@code GET /v1/responses}: by a WebSocket, which then has the connection, or by a refusal. */
        Reply upgrade(Live now, Exchange exchange, RequestRecord record, ClientAuthenticator.Outcome.Known known);

        /** Clients' WebSocket connections that are open. */
        int open();
    }

    /** What new requests are served by. */
    public Live live() {
        return live.get();
    }

    /** From now on new requests are served by {@code next}; those under way keep what they began with. */
    public void apply(Live next) {
        live.set(next);
    }

    /** From now on new requests are refused. */
    public void drain() {
        draining.set(true);
    }

    /** From now on the port is another process's: whoever is connected here is served, and told to connect anew. */
    public void passOn() {
        passedOn = true;
        draining.set(true);
    }

    /** Whether new requests are refused. */
    public boolean refuses() {
        return draining.get() && !passedOn;
    }

    public boolean draining() {
        return draining.get();
    }

    /** Requests under way. */
    public int inFlight() {
        return underWay.count();
    }

    /** Requests under way end now, and their clients are told why. */
    public void endAll() {
        drain();
        underWay.endAll();
    }

    /** Requests that have ended. Probes do not count, nor do requests whose key was refused. */
    public long served() {
        return served.sum();
    }

    /** Whether a client that leaves ends its upstream call. */
    public boolean cancelsWhenClientLeaves() {
        return live.get().policy().cancelsWhenClientLeaves();
    }

    /** A record for a request that begins now, or has begun. */
    public RequestRecord record(String requestId, long startedNanos) {
        return new RequestRecord(requestId, epochMillis.getAsLong(), startedNanos);
    }

    /** Refuses what never became a request, such as a broken head or a connection too many, and records that. */
    public void refuseEarly(Answer answer, RequestRecord record, GatewayError error) {
        if (record.route.isEmpty()) {
            record.route = Route.OTHER.label();
        }
        record.failed(error.status(), error.code(), error.message());
        try {
            answer.fail(error);
        } finally {
            handOut(live.get(), record);
        }
    }

    /** Handles one request to its end. */
    public void handle(Exchange exchange) throws InterruptedException {
        Live now = live.get();
        RequestRecord record = record(exchange.answer().requestId(), exchange.startedNanos());
        record.remote = exchange.remoteHost();
        underWay.enter(exchange);
        try {
            if (route(now, exchange, record) instanceof Reply.Refused(GatewayError error)) {
                refuse(exchange, record, error);
            }
        } catch (IOException e) {
            broken(exchange, record, e);
        } catch (RuntimeException e) {
            fault(exchange, record, e);
        } finally {
            ended(now, exchange, record);
        }
    }

    /** The request could not be read to its end, or its answer could not be written. */
    private static void broken(Exchange exchange, RequestRecord record, IOException e) {
        Answer answer = exchange.answer();
        if (e instanceof FramingException fault && !answer.headersSent()) {
            answer.closeAfter();
            GatewayError error = GatewayError.client(fault.status(), "bad_request_framing",
                    "The request's body is not valid HTTP/1.1: " + fault.getMessage() + ".");
            record.failed(error.status(), error.code(), error.message());
            answer.fail(error);
            return;
        }
        if (exchange.isTooSlow()) {
            record.failed(408, "request_timeout", "the body came too slowly");
        } else {
            record.failed(499, "client_gone", String.valueOf(e.getMessage()));
        }
        answer.abort();
    }

    /** The refusal of a request too many. */
    static GatewayError busy() {
        return GatewayError.gateway(503, "gateway_busy",
                "The gateway is handling as many requests as it may (limits.concurrent-requests).")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    /** No request is taken any more. */
    static GatewayError shuttingDown() {
        return GatewayError.gateway(503, "draining", "The gateway is shutting down; connect again.")
                .withRetryAfter(Duration.ofSeconds(1));
    }

    /** A bug. */
    static GatewayError internal(String requestId) {
        return GatewayError.gateway(500, "internal_error",
                "The gateway failed; its log tells more under request id " + requestId + ".");
    }

    /** Whoever sees that nothing is under way finds all of it counted. */
    private void ended(Live now, Exchange exchange, RequestRecord record) {
        try {
            handOut(now, record);
        } finally {
            underWay.leave(exchange);
        }
    }

    /** Clients' WebSocket connections that are open. */
    public int openWebSockets() {
        return upgrades.open();
    }

    /** All is known of a request: those who observe requests are told. */
    private void handOut(Live now, RequestRecord record) {
        record.endedNanos = clock.getAsLong();
        now.observers().ended(record);
    }

    private Reply route(Live now, Exchange exchange, RequestRecord record) throws IOException, InterruptedException {
        Headers headers = exchange.head().headers();
        Route.Target target = exchange.target();
        record.route = target.route().label();
        headers.first("traceparent").ifPresent(value -> record.traceParent = value);
        headers.first("x-client-request-id").ifPresent(value -> record.clientRequestId = value);
        if (target.route() == Route.HEALTH) {
            return health(now, exchange, record, target.id());
        }
        Optional<String> page = headers.first("origin").filter(now.policy().origins()::contains);
        page.ifPresent(exchange.answer()::allowOrigin);
        if (!now.policy().origins().isEmpty() && exchange.head().method().equals("OPTIONS")
                && headers.has("access-control-request-method")) {
            return page.isPresent() ? preflight(exchange, record, headers) : new Reply.Refused(GatewayError.client(403,
                    "origin_not_allowed", "Pages of this origin may not use the API (server.cors.origins)."));
        }
        if (refuses()) {
            exchange.answer().closeAfter();
            return new Reply.Refused(shuttingDown());
        }
        return switch (now.access().authenticator().authenticate(headers, exchange.remoteHost(), epochMillis.getAsLong())) {
            case ClientAuthenticator.Outcome.Refused(GatewayError error) -> new Reply.Refused(error);
            case ClientAuthenticator.Outcome.Known known -> {
                record.client = known.client().name();
                record.authenticatedNanos = clock.getAsLong();
                if (known.policy().diagnostics()) {
                    exchange.answer().tellTiming(() -> ServerTiming.of(record.timesUntil(clock.getAsLong())));
                }
                yield admitted(now, exchange, record, known);
            }
        };
    }

    private Reply admitted(Live now, Exchange exchange, RequestRecord record, ClientAuthenticator.Outcome.Known known)
            throws IOException, InterruptedException {
        if (!running.enter(now.policy().maxRequests())) {
            return new Reply.Refused(busy());
        }
        try {
            Route.Target target = exchange.target();
            Optional<GatewayError> spelling = RequestPath.fault(exchange.head().path());
            if (spelling.isPresent()) {
                return new Reply.Refused(spelling.get());
            }
            if (!target.allowed().isEmpty()) {
                exchange.answer().allow(target.allowed());
                return new Reply.Refused(GatewayError.client(405, "method_not_allowed", exchange.head().method()
                        + " is not possible here; use " + target.allowed() + "."));
            }
            return switch (target.route()) {
                case WEBSOCKET -> upgrades.upgrade(now, exchange, record, known);
                case CONTROL -> forwarding.control(now, exchange, known);
                case CREATE, COMPACT, INPUT_TOKENS, TURN, RETRIEVE, DELETE, CANCEL, INPUT_ITEMS, MODELS, MODEL, DELETE_MODEL, HEALTH,
                        OTHER -> limited(now, exchange, record, known);
            };
        } finally {
            running.leave();
            served.increment();
        }
    }

    private Reply limited(Live now, Exchange exchange, RequestRecord record, ClientAuthenticator.Outcome.Known known)
            throws IOException, InterruptedException {
        return switch (now.access().admission().enter(known, record, clock.getAsLong())) {
            case Admission.Outcome.Refused(GatewayError error) -> new Reply.Refused(error);
            case Admission.Outcome.Counted counted -> throw new IllegalStateException("a request has a place");
            case Admission.Outcome.Admitted(Ticket ticket) -> {
                try (ticket; ByteBudget.Permit permit = permit(now, exchange, known)) {
                    yield forwarded(now, exchange, record, known, ticket, permit);
                }
            }
        };
    }

    private Reply forwarded(Live now, Exchange exchange, RequestRecord record, ClientAuthenticator.Outcome.Known known, Ticket ticket,
            ByteBudget.Permit permit) throws IOException, InterruptedException {
        Route.Target target = exchange.target();
        return switch (target.route()) {
            case CREATE, COMPACT, INPUT_TOKENS, TURN -> forwarding.withBody(now, exchange, record, known, ticket, permit);
            case RETRIEVE, DELETE, CANCEL, INPUT_ITEMS -> forwarding.stored(now, exchange, record, known, ticket, permit);
            case MODELS, MODEL -> now.pool().models().answer(exchange, record, target.id(), known);
            case OTHER, DELETE_MODEL, HEALTH, WEBSOCKET, CONTROL -> forwarding.other(now, exchange, record, known, ticket, permit);
        };
    }

    private static ByteBudget.Permit permit(Live now, Exchange exchange, ClientAuthenticator.Outcome.Known known) {
        return switch (exchange.incoming()) {
            case Incoming.Arriving arriving -> now.intake().budget().permit(known.client().bodyShare());
            case Incoming.Arrived arrived -> arrived.permit();
        };
    }

    /** A browser asks before it sends a page's request (Fetch §4.8); it has no key yet. */
    private static Reply preflight(Exchange exchange, RequestRecord record, Headers headers) throws ClientSink.Gone {
        record.status = 204;
        exchange.answer().begin(204, 0, lines -> {
            lines.add("access-control-allow-methods", "GET, POST, DELETE");
            headers.first("access-control-request-headers").ifPresent(asked -> lines.add("access-control-allow-headers", asked));
            lines.add("access-control-max-age", "600");
            lines.add("date", HttpDate.now());
        });
        exchange.answer().sendWhole(new byte[0]);
        return Reply.ANSWERED;
    }

    private Reply health(Live now, Exchange exchange, RequestRecord record, String which) throws ClientSink.Gone {
        boolean ready = !draining.get() && now.scheduler().accounts().stream()
                .anyMatch(account -> account.state() != AccountStatus.State.DISABLED);
        boolean good = which.equals("/live") || ready;
        String text = good ? "{\"status\":\"UP\"}\n" : "{\"status\":\"DOWN\",\"reason\":\""
                + (draining.get() ? "draining" : "no account is enabled") + "\"}\n";
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        record.status = good ? 200 : 503;
        exchange.answer().begin(record.status, body.length, lines -> {
            lines.add("content-type", "application/json");
            lines.add("date", HttpDate.now());
        });
        exchange.answer().sendWhole(body);
        return Reply.ANSWERED;
    }

    private static void refuse(Exchange exchange, RequestRecord record, GatewayError error) {
        record.failed(error.status(), error.code(), error.message());
        if (exchange.incoming() instanceof Incoming.Arriving(Incoming.Stream body) && body.awaitsContinue() && !body.isEmpty()) {
            // The client may send the body now or may not: the next bytes could be read as either (RFC 9110 §10.1.1).
            exchange.answer().closeAfter();
        }
        exchange.answer().fail(error);
    }

    private void fault(Exchange exchange, RequestRecord record, RuntimeException e) {
        System.getLogger("sluice.forward").log(System.Logger.Level.ERROR, "request " + record.requestId + " failed", e);
        GatewayError error = internal(record.requestId);
        record.failed(500, error.code(), String.valueOf(e));
        if (exchange.answer().outputSent()) {
            exchange.answer().abort();
        } else {
            exchange.answer().fail(error);
        }
    }
}
