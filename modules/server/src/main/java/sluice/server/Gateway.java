package sluice.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import sluice.api.AccountStatus;
import sluice.api.ClientGoneException;
import sluice.api.EventInspector;
import sluice.api.GatewayError;
import sluice.api.Sweeper;
import sluice.api.TurnPool;
import sluice.clients.Admission;
import sluice.clients.ClientAuthenticator;
import sluice.clients.Places;
import sluice.http1.FramingException;
import sluice.http1.RequestHead;
import sluice.records.RequestIds;
import sluice.records.RequestRecord;
import sluice.records.ServerTiming;
import sluice.responses.Route;

/**
 * The life of a request on the data port (DESIGN §2): it is routed, authenticated and admitted, {@link Forwarding} takes it to
 * an account, and whatever becomes of it is recorded once. Thread-safe; a request stays on its connection's thread and sees one
 * {@link Live} from its start to its end.
 */
final class Gateway {
    private final AtomicReference<Live> live;
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicInteger inFlight = new AtomicInteger();
    /** Those of them that hold one of the places of {@code limits.concurrent-requests}. */
    private final Places running = new Places();
    private final Turns turns;
    private final Forwarding forwarding;
    private final LongSupplier clock;
    private final LongSupplier epochMillis;

    /**
     * A gateway.
     *
     * @param pool for turns of WebSocket clients
     * @param inspector tells what their events are
     */
    Gateway(Live first, TurnPool pool, EventInspector inspector, Sweeper sweeper, LongSupplier clock, LongSupplier epochMillis) {
        live = new AtomicReference<>(first);
        forwarding = new Forwarding(clock);
        turns = new Turns(this, pool, inspector, sweeper, clock, epochMillis);
        this.clock = clock;
        this.epochMillis = epochMillis;
    }

    /** What new requests are served by. */
    Live live() {
        return live.get();
    }

    /** New requests are served by {@code next}; those under way end on what they began with. */
    void apply(Live next) {
        live.set(next);
    }

    /** From now on new requests are refused. */
    void drain() {
        draining.set(true);
    }

    boolean draining() {
        return draining.get();
    }

    /** Requests under way. */
    int inFlight() {
        return inFlight.get();
    }

    /** Whether a client that leaves ends its upstream call. */
    boolean cancelsWhenClientLeaves() {
        return live.get().cancelsWhenClientLeaves();
    }

    /** Answers a request that is not valid HTTP, or on a connection too many. */
    void refuseConnection(ClientResponse response, GatewayError error) throws ClientGoneException {
        RequestRecord record = new RequestRecord(RequestIds.next(), epochMillis.getAsLong(), clock.getAsLong());
        record.route = Route.OTHER.label();
        record.failed(error.status(), error.code(), error.message());
        try {
            response.sendError(error);
        } finally {
            end(live.get(), record);
        }
    }

    /** Handles one request to its end. */
    void handle(Exchange exchange) throws InterruptedException {
        Live now = live.get();
        RequestRecord record = new RequestRecord(exchange.response().requestId(), epochMillis.getAsLong(), exchange.startedNanos());
        inFlight.incrementAndGet();
        try {
            Optional<GatewayError> refusal = route(now, exchange, record);
            if (refusal.isPresent()) {
                refuse(exchange, record, refusal.get());
            }
        } catch (IOException e) {
            broken(exchange, record, e);
        } catch (RuntimeException e) {
            fault(exchange, record, e);
        } finally {
            ended(now, record);
        }
    }

    /** The request could not be read to its end, or its answer could not be written. */
    private static void broken(Exchange exchange, RequestRecord record, IOException e) {
        ClientResponse response = exchange.response();
        if (e instanceof FramingException fault && !response.headersSent()) {
            response.closeAfter();
            GatewayError error = GatewayError.client(fault.status(), "bad_request_framing",
                    "The request's body is not valid HTTP/1.1: " + fault.getMessage() + ".");
            record.failed(error.status(), error.code(), error.message());
            try {
                response.sendError(error);
            } catch (ClientGoneException gone) {
                response.abort();
            }
            return;
        }
        if (exchange.isTooSlow()) {
            record.failed(408, "request_timeout", "the body came too slowly");
        } else {
            record.failed(499, "client_gone", String.valueOf(e.getMessage()));
        }
        response.abort();
    }

    /** As many requests are under way as there may be. */
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

    /** A turn begins, and {@link #turnEnded} must follow; false if too many requests are under way. */
    boolean turnBegins(Live now) {
        inFlight.incrementAndGet();
        return running.enter(now.maxRequests());
    }

    /** A turn is over. */
    void turnEnded(Live now, RequestRecord record, boolean hadPlace) {
        if (hadPlace) {
            running.leave();
        }
        ended(now, record);
    }

    /** Whoever sees that nothing is under way finds all of it counted. */
    private void ended(Live now, RequestRecord record) {
        try {
            end(now, record);
        } finally {
            inFlight.decrementAndGet();
        }
    }

    /** A message of a WebSocket was refused before it was a turn. */
    void turnRefused(RequestRecord record) {
        end(live.get(), record);
    }

    /** Clients' WebSocket connections that are open. */
    int openWebSockets() {
        return turns.open();
    }

    private void end(Live now, RequestRecord record) {
        record.endedNanos = clock.getAsLong();
        now.observers().ended(record);
    }

    private Optional<GatewayError> route(Live now, Exchange exchange, RequestRecord record)
            throws IOException, InterruptedException {
        RequestHead head = exchange.head();
        Route.Target target = Route.of(head.method(), head.path());
        record.route = target.route().label();
        head.headers().first("traceparent").ifPresent(value -> record.traceParent = value);
        head.headers().first("x-client-request-id").ifPresent(value -> record.clientRequestId = value);
        if (target.route() == Route.HEALTH) {
            return health(now, exchange, record, target.id());
        }
        if (draining.get()) {
            exchange.response().closeAfter();
            return Optional.of(shuttingDown());
        }
        return switch (now.authenticator().authenticate(head.headers(), exchange.remoteHost(), epochMillis.getAsLong())) {
            case ClientAuthenticator.Outcome.Refused refused -> Optional.of(refused.error());
            case ClientAuthenticator.Outcome.Known known -> {
                record.client = known.client().name();
                record.authenticatedNanos = clock.getAsLong();
                if (known.policy().diagnostics()) {
                    exchange.response().tellTiming(out -> out.ascii(ServerTiming.of(record.timesUntil(clock.getAsLong()))));
                }
                if (!running.enter(now.maxRequests())) {
                    yield Optional.of(busy());
                }
                try {
                    yield admitted(now, exchange, record, target, known);
                } finally {
                    running.leave();
                }
            }
        };
    }

    private Optional<GatewayError> admitted(Live now, Exchange exchange, RequestRecord record, Route.Target target,
            ClientAuthenticator.Outcome.Known known) throws IOException, InterruptedException {
        if (!target.allowed().isEmpty()) {
            return Optional.of(GatewayError.client(405, "method_not_allowed", exchange.head().method()
                    + " is not possible here; use " + target.allowed() + "."));
        }
        if (target.route() == Route.WEBSOCKET) {
            return turns.upgrade(now, exchange, record, known);
        }
        if (now.admission().enter(known, clock.getAsLong()) instanceof Admission.Outcome.Refused(GatewayError error)) {
            return Optional.of(error);
        }
        try (ByteBudget.Permit permit = now.budget().permit(known.client().bodyShare())) {
            return switch (target.route()) {
                case CREATE, COMPACT, INPUT_TOKENS -> forwarding.withBody(now, exchange, record, target, known, permit);
                case RETRIEVE, DELETE, CANCEL, INPUT_ITEMS -> forwarding.stored(now, exchange, record, target, known, permit);
                case MODELS, MODEL -> now.models().answer(exchange, record, target.id(), known);
                case OTHER, HEALTH, WEBSOCKET, TURN -> forwarding.other(now, exchange, record, target, known, permit);
            };
        } finally {
            now.admission().leave(known, record.usage, clock.getAsLong());
        }
    }

    private Optional<GatewayError> health(Live now, Exchange exchange, RequestRecord record, String which)
            throws ClientGoneException {
        boolean ready = !draining.get() && now.scheduler().accounts().stream()
                .anyMatch(account -> account.state() != AccountStatus.State.DISABLED);
        boolean good = which.equals("/live") || ready;
        String text = good ? "{\"status\":\"UP\"}\n" : "{\"status\":\"DOWN\",\"reason\":\""
                + (draining.get() ? "draining" : "no account is enabled") + "\"}\n";
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        record.status = good ? 200 : 503;
        exchange.response().begin(record.status, body.length, lines -> lines.ascii("content-type: application/json\r\n"));
        exchange.response().sendWhole(body);
        return Optional.empty();
    }

    private static void refuse(Exchange exchange, RequestRecord record, GatewayError error) throws ClientGoneException {
        record.failed(error.status(), error.code(), error.message());
        if (exchange.bodyHeldBack() && !exchange.bodyIsEmpty()) {
            // The client may send the body now or may not: the next bytes could be read as either (RFC 9110 §10.1.1).
            exchange.response().closeAfter();
        }
        exchange.response().sendError(error);
    }

    private void fault(Exchange exchange, RequestRecord record, RuntimeException e) {
        System.getLogger("sluice.server").log(System.Logger.Level.ERROR, "request " + record.requestId + " failed", e);
        GatewayError error = internal(record.requestId);
        record.failed(500, error.code(), String.valueOf(e));
        if (exchange.response().headersSent()) {
            exchange.response().abort();
            return;
        }
        try {
            exchange.response().sendError(error);
        } catch (ClientGoneException gone) {
            exchange.response().abort();
        }
    }
}
