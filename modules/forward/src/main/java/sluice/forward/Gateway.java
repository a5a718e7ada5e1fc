package sluice.forward;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.clients.Admission;
import sluice.clients.ClientAuthenticator;
import sluice.clients.Places;
import sluice.clients.Ticket;
import sluice.http1.FramingException;
import sluice.records.RequestRecord;
import sluice.records.ServerTiming;
import sluice.responses.Check;
import sluice.responses.RequestPath;
import sluice.responses.Route;

/**
 * The life of a request, whichever door it came through: it is routed, authenticated and admitted, {@link Forwarding} takes it to
 * an account, and whatever becomes of it is recorded once. Thread-safe; a request stays on its own thread and sees one {@link InForce}
 * from its start to its end, but for whether its key has ended and for {@link #cancelsWhenClientLeaves}.
 */
public final class Gateway {
    /** A key may outlive its end by this. */
    private static final long NOT_LONG_NANOS = 1_000_000_000L;

    private final AtomicReference<InForce> inForce;
    private final AtomicBoolean draining = new AtomicBoolean();
    private volatile boolean handedOver;
    private final UnderWay underWay = new UnderWay();
    private final LongAdder served = new LongAdder();
    /** The places of {@code limits.concurrent-requests}. */
    private final Places running = new Places();
    private final Upgrades upgrades;
    private final Forwarding forwarding;
    private final LongSupplier clock;
    private final LongSupplier epochMillis;

    /** A gateway whose requests to open a WebSocket go to what {@code upgrades} makes. */
    public Gateway(InForce first, Function<Gateway, Upgrades> upgrades, LongSupplier clock, LongSupplier epochMillis) {
        inForce = new AtomicReference<>(first);
        forwarding = new Forwarding(clock, this::stillKnown);
        this.clock = clock;
        this.epochMillis = epochMillis;
        this.upgrades = upgrades.apply(this);
    }

    /** Whether a client would be let in now, too: its keys may have changed since it came, or ended, if that was some time ago. */
    private boolean stillKnown(Identified request) {
        InForce now = inForce.get();
        Exchange exchange = request.exchange();
        return now == request.now() && clock.getAsLong() - request.record().startedNanos < NOT_LONG_NANOS
                || now.access().authenticator().stillAllows(request.known().client().name(), exchange.head().headers(),
                        exchange.remoteHost(), epochMillis.getAsLong());
    }

    /** Opens WebSockets. */
    public interface Upgrades {
        /** Answers {@code GET /v1/responses}: by a WebSocket, which then has the connection, or by a refusal. */
        Reply upgrade(InForce now, Exchange exchange, RequestRecord record, ClientAuthenticator.Outcome.Known known);

        /** Clients' WebSocket connections that are open. */
        int open();
    }

    /** What new requests are served by. */
    public InForce inForce() {
        return inForce.get();
    }

    /** From now on new requests are served by {@code next}; those under way keep what they began with. */
    public void apply(InForce next) {
        inForce.set(next);
    }

    /** From now on new requests are refused. */
    public void drain() {
        draining.set(true);
    }

    /** From now on the port is another process's: whoever is connected here is served, and told to connect anew. */
    public void handOver() {
        handedOver = true;
        draining.set(true);
    }

    /** Whether new requests are refused. */
    public boolean refuses() {
        return draining.get() && !handedOver;
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

    /** Whether a client that leaves now ends its upstream call. */
    public boolean cancelsWhenClientLeaves() {
        return inForce.get().policy().cancelsWhenClientLeaves();
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
            handOut(inForce.get(), record);
        }
    }

    /**
     * Counts a message that is no request against the rate of who sent it, so that nobody may send more of them than of requests.
     *
     * @return what its client is told: {@code fault}, or why it is not listened to any more
     */
    public GatewayError counted(Headers headers, String remoteHost, GatewayError fault) {
        InForce now = inForce.get();
        return switch (now.access().authenticator().authenticate(headers, remoteHost, epochMillis.getAsLong())) {
            case ClientAuthenticator.Outcome.Refused(GatewayError error) -> error;
            case ClientAuthenticator.Outcome.Known known -> forwarding.counted(now, known, fault);
        };
    }

    /** Handles one request to its end. */
    public void handle(Exchange exchange) throws InterruptedException {
        InForce now = inForce.get();
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

    /** Whoever sees that nothing is under way finds all of it counted. */
    private void ended(InForce now, Exchange exchange, RequestRecord record) {
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
    private void handOut(InForce now, RequestRecord record) {
        record.endedNanos = clock.getAsLong();
        now.observers().ended(record);
    }

    private Reply route(InForce now, Exchange exchange, RequestRecord record) throws IOException, InterruptedException {
        Headers headers = exchange.head().headers();
        Route.Target target = exchange.target();
        record.route = target.route().label();
        headers.first("traceparent").ifPresent(value -> record.traceParent = value);
        headers.first("x-client-request-id").ifPresent(value -> record.clientRequestId = value);
        if (target.route() == Route.HEALTH) {
            return OwnAnswers.health(now, exchange, record, draining.get());
        }
        Optional<String> page = headers.first("origin").filter(now.policy().origins()::contains);
        page.ifPresent(exchange.answer()::allowOrigin);
        if (!now.policy().origins().isEmpty() && exchange.head().method().equals("OPTIONS")
                && headers.has("access-control-request-method")) {
            return page.isPresent() ? OwnAnswers.preflight(exchange, record, headers) : new Reply.Refused(GatewayError.client(403,
                    "origin_not_allowed", "Pages of this origin may not use the API (server.cors.origins)."));
        }
        if (refuses()) {
            exchange.answer().closeAfter();
            return new Reply.Refused(OwnAnswers.shuttingDown());
        }
        return switch (now.access().authenticator().authenticate(headers, exchange.remoteHost(), epochMillis.getAsLong())) {
            case ClientAuthenticator.Outcome.Refused(GatewayError error) -> new Reply.Refused(error);
            case ClientAuthenticator.Outcome.Known known -> {
                record.client = known.client().name();
                record.authenticatedNanos = clock.getAsLong();
                if (known.policy().diagnostics()) {
                    exchange.answer().tellTiming(() -> ServerTiming.of(record.timesUntil(clock.getAsLong())));
                }
                yield placed(new Identified(now, exchange, record, known));
            }
        };
    }

    /** The request takes one of the places for all requests. */
    private Reply placed(Identified request) throws IOException, InterruptedException {
        InForce.Room room = request.now().policy().room();
        // It gets its own place in the next step, on this thread: what others of its client do meanwhile is little.
        if (!running.enter(room.requests(), room.reserve(), request.known().client().inFlight() + 1L,
                request.known().inFlightOfTeam() + 1L)) {
            return new Reply.Refused(OwnAnswers.busy());
        }
        try {
            Exchange exchange = request.exchange();
            Route.Target target = exchange.target();
            Check spelling = RequestPath.fault(exchange.head().path());
            if (spelling instanceof Check.Refused(GatewayError error)) {
                return new Reply.Refused(error);
            }
            if (!target.allowed().isEmpty()) {
                exchange.answer().allow(target.allowed());
                return new Reply.Refused(GatewayError.client(405, "method_not_allowed", exchange.head().method()
                        + " is not possible here; use " + target.allowed() + "."));
            }
            return switch (target.route()) {
                case WEBSOCKET -> upgrades.upgrade(request.now(), exchange, request.record(), request.known());
                case CONTROL -> forwarding.control(request);
                case CREATE, COMPACT, INPUT_TOKENS, TURN, RETRIEVE, DELETE, CANCEL, INPUT_ITEMS, MODELS, MODEL, DELETE_MODEL,
                        OTHER -> admit(request);
                case HEALTH -> throw answeredBefore(target.route());
            };
        } finally {
            running.leave();
            served.increment();
        }
    }

    /** Its client takes one of its own. */
    private Reply admit(Identified request) throws IOException, InterruptedException {
        return switch (request.now().access().admission().enter(request.known(), request.record(),
                request.record().authenticatedNanos)) {
            case Admission.Outcome.Refused(GatewayError error) -> new Reply.Refused(error);
            case Admission.Outcome.Admitted(Ticket ticket) -> {
                try (ticket; ByteBudget.Permit permit = permit(request)) {
                    yield forwarded(new Admitted(request, ticket, permit));
                }
            }
        };
    }

    private Reply forwarded(Admitted request) throws IOException, InterruptedException {
        Route.Target target = request.exchange().target();
        return switch (target.route()) {
            case CREATE, COMPACT, INPUT_TOKENS, TURN -> forwarding.withBody(request);
            case RETRIEVE, DELETE, CANCEL, INPUT_ITEMS -> forwarding.stored(request);
            case MODELS, MODEL -> request.now().pool().models().answer(request.exchange(), request.record(), target.id(), request.known());
            case OTHER, DELETE_MODEL -> forwarding.other(request);
            case HEALTH, WEBSOCKET, CONTROL -> throw answeredBefore(target.route());
        };
    }

    private static IllegalStateException answeredBefore(Route route) {
        return new IllegalStateException(route + " is answered before this step");
    }

    private static ByteBudget.Permit permit(Identified request) {
        return switch (request.exchange().incoming()) {
            case Incoming.Arriving arriving -> request.now().intake().budget().permit(request.known().client().bodyShare());
            case Incoming.Arrived arrived -> arrived.permit();
        };
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
        GatewayError error = OwnAnswers.internal(record.requestId);
        record.failed(500, error.code(), String.valueOf(e));
        if (exchange.answer().outputSent()) {
            exchange.answer().abort();
        } else {
            exchange.answer().fail(error);
        }
    }
}
