package sluice.forward;

import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import sluice.api.BodyScanner.Scan;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.JsonValue;
import sluice.api.OutboundBody;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.api.SelectionRequest.Session;
import sluice.clients.Admission;
import sluice.clients.ClientAuthenticator;
import sluice.records.RequestRecord;
import sluice.responses.Check;
import sluice.responses.Continuation;
import sluice.responses.RequestCheck;
import sluice.responses.Route;

/**
 * From an admitted request to its {@link Call}: reads the body, scans and checks it, and finds out what it is bound to, its
 * session, and whether it may run twice. Thread-safe.
 */
final class Forwarding {
    private final LongSupplier clock;
    private final Predicate<Identified> stillKnown;

    /** Forwards; {@code stillKnown} says whether a client that was let in would be let in now. */
    Forwarding(LongSupplier clock, Predicate<Identified> stillKnown) {
        this.clock = clock;
        this.stillKnown = stillKnown;
    }

    /** A request whose body says what it is for. */
    Reply withBody(Admitted request) throws IOException, InterruptedException {
        return switch (scanned(request)) {
            case Scanned.Refused(GatewayError error) -> new Reply.Refused(error);
            case Scanned.Whole(ReadBody read) -> outlived(request) instanceof Check.Refused(GatewayError error)
                    ? new Reply.Refused(error) : checkAndRun(request, read);
        };
    }

    /** Whether a key has ended while the body came, which its client may draw out. */
    private Check outlived(Admitted request) {
        return stillKnown.test(request.of()) ? Check.PASSED
                : Check.refused(GatewayError.client(401, "invalid_api_key", "The API key is no longer valid."));
    }

    private sealed interface Scanned {
        record Whole(ReadBody read) implements Scanned { }

        record Refused(GatewayError error) implements Scanned { }
    }

    private Scanned scanned(Admitted request) throws IOException, InterruptedException {
        Exchange exchange = request.exchange();
        RequestRecord record = request.record();
        InForce.Intake intake = request.now().intake();
        switch (exchange.incoming()) {
            case Incoming.Arrived arrived -> {
                record.bodyReadNanos = clock.getAsLong();
                record.scannedNanos = record.bodyReadNanos;
                record.requestBytes = arrived.length();
                return new Scanned.Whole(arrived.read());
            }
            case Incoming.Arriving(Incoming.Stream stream) -> {
                BodyReader.Outcome read = intake.reader().read(exchange.head().headers(), stream, request.permit());
                record.bodyReadNanos = clock.getAsLong();
                if (read instanceof BodyReader.Outcome.Refused(GatewayError error)) {
                    return new Scanned.Refused(error);
                }
                BodyReader.Outcome.Complete complete = (BodyReader.Outcome.Complete) read;
                exchange.watchClient();
                record.requestBytes = complete.length();
                Scan scan = intake.scanner().scan(complete.bytes(), 0, complete.length());
                record.scannedNanos = clock.getAsLong();
                return switch (scan) {
                    case Scan.Valid(RequestBody body) -> new Scanned.Whole(new ReadBody(body, complete.bytes(), 0, complete.length()));
                    case Scan.Malformed fault -> new Scanned.Refused(RequestCheck.malformed(fault, complete.length()));
                };
            }
        }
    }

    private Reply checkAndRun(Admitted request, ReadBody read) {
        InForce now = request.now();
        Exchange exchange = request.exchange();
        RequestRecord record = request.record();
        ClientAuthenticator.Outcome.Known known = request.known();
        RequestBody body = read.body();
        Route route = exchange.target().route();
        Check fault = RequestCheck.check(body, read.json(), read.from(), read.to(), route != Route.INPUT_TOKENS);
        if (fault instanceof Check.Refused(GatewayError error)) {
            return new Reply.Refused(error);
        }
        Purpose purpose = Purpose.of(now, known.client().name(), exchange.head().headers(), read);
        record.model = purpose.model();
        record.stream = route == Route.TURN || route == Route.CREATE && body.field(Field.STREAM).kind() == JsonValue.Kind.TRUE;
        record.session = purpose.session().session().key();
        if (purpose.refusal(now, known.policy()) instanceof Check.Refused(GatewayError error)) {
            return new Reply.Refused(error);
        }
        Admission.Claimed claimed = route == Route.INPUT_TOKENS ? request.ticket().ask(body, record.model, record.scannedNanos)
                : request.ticket().claim(body, record.model, record.scannedNanos);
        if (claimed instanceof Admission.Claimed.Beyond(GatewayError error)) {
            return new Reply.Refused(error);
        }
        Way way = exchange.way(now.pool().usualWay());
        if (!way.reaches(record.model)) {
            return new Reply.Refused(GatewayError.gateway(503, "websocket_unavailable",
                    "No account that serves the model '" + record.model + "' offers WebSocket; send POST /v1/responses with "
                            + "\"stream\": true."));
        }
        now.pool().loop().run(new Call(exchange, record, purpose.affinity(), way, request.permit(), body, known.policy().diagnostics()));
        return Reply.ANSWERED;
    }

    /** A request about a response that an account keeps. */
    Reply stored(Admitted request) throws IOException, InterruptedException {
        InForce now = request.now();
        Exchange exchange = request.exchange();
        Route.Target target = exchange.target();
        Check foreign = now.pool().owners().exists(request.known().client().name(), target.id());
        if (foreign instanceof Check.Refused(GatewayError error)) {
            return new Reply.Refused(error);
        }
        request.ticket().reads(target.id());
        if (target.route() == Route.CANCEL && read(request) instanceof BodyReader.Outcome.Refused(GatewayError error)) {
            return new Reply.Refused(error);
        }
        // Cancelling takes no parameters; what came is not passed on.
        exchange.watchClient();
        if (outlived(request) instanceof Check.Refused(GatewayError error)) {
            return new Reply.Refused(error);
        }
        now.pool().loop().run(new Call(exchange, request.record(), new Affinity(Session.NONE, target.id(), true),
                exchange.way(now.pool().usualWay()), request.permit(), RawBody.NONE, request.known().policy().diagnostics()));
        return Reply.ANSWERED;
    }

    /** A path that is not Sluice's. */
    Reply other(Admitted request) throws IOException, InterruptedException {
        InForce now = request.now();
        Exchange exchange = request.exchange();
        Check refusal = PassedOn.refusal(now, exchange, request.known());
        if (refusal instanceof Check.Refused(GatewayError error)) {
            return new Reply.Refused(error);
        }
        String client = request.known().client().name();
        List<String> named = PassedOn.named(exchange.head());
        for (String id : named) {
            if (now.pool().owners().exists(client, id) instanceof Check.Refused(GatewayError error)) {
                return new Reply.Refused(error);
            }
        }
        return switch (read(request)) {
            case BodyReader.Outcome.Refused(GatewayError error) -> new Reply.Refused(error);
            case BodyReader.Outcome.Complete complete -> {
                exchange.watchClient();
                request.record().requestBytes = complete.length();
                if (outlived(request) instanceof Check.Refused(GatewayError error)) {
                    yield new Reply.Refused(error);
                }
                if (PassedOn.ASKS_FOR_NO_WORK.contains(exchange.head().method())) {
                    request.ticket().reads(exchange.head().path());
                }
                yield passedOn(request, complete, named);
            }
        };
    }

    private Reply passedOn(Admitted request, BodyReader.Outcome.Complete complete, List<String> inPath) {
        InForce now = request.now();
        Exchange exchange = request.exchange();
        RequestRecord record = request.record();
        ClientAuthenticator.Outcome.Known known = request.known();
        String client = known.client().name();
        Headers headers = exchange.head().headers();
        RawBody body = new RawBody(complete.bytes(), complete.length());
        Optional<RequestBody> json = now.intake().scanner().scan(complete.bytes(), 0, complete.length())
                instanceof Scan.Valid(RequestBody valid) ? Optional.of(valid) : Optional.empty();
        Set<String> inBody = new HashSet<>(StoredIds.in(body));
        if (BodyEncoding.isPercentEncoded(headers)) {
            inBody.addAll(StoredIds.inEncoded(complete.bytes(), complete.length()));
        }
        inBody.addAll(StoredIds.in(exchange.head().query()));
        Check broken = json.isEmpty() && now.pool().owners().refusesUnknown()
                ? BodyEncoding.checkBroken(complete.bytes(), complete.length()) : Check.PASSED;
        Check refusal = broken.or(() -> PassedOn.refusal(known, exchange.head(), json, complete.bytes(), complete.length()))
                .or(() -> now.pool().owners().mayName(client, inBody))
                .or(() -> json.map(_ -> now.pool().owners().mayTake(client,
                        now.pool().owners().itemsIn(complete.bytes(), 0, complete.length()))).orElse(Check.PASSED));
        if (refusal instanceof Check.Refused(GatewayError error)) {
            return new Reply.Refused(error);
        }
        record.model = json.map(Purpose::modelOf).orElse("");
        RequestBody claimed = json.orElse(body);
        Admission.Claimed verdict = record.model.isEmpty() && !PassedOn.mayRun(exchange.head())
                ? request.ticket().ask(claimed, "", clock.getAsLong()) : request.ticket().claim(claimed, record.model, clock.getAsLong());
        if (verdict instanceof Admission.Claimed.Beyond(GatewayError error)) {
            return new Reply.Refused(error);
        }
        Set<String> all = new HashSet<>(inPath);
        all.addAll(inBody);
        boolean mayRunTwice = exchange.head().isSafe();
        record.session = now.pool().sessions().keyOf(client, headers, body);
        Affinity affinity = new Affinity(new Session(record.session, false),
                PassedOn.boundTo(now.pool().owners(), client, inPath, inBody), mayRunTwice,
                id -> all.contains(id) || now.pool().owners().isAnothers(client, id));
        now.pool().loop().run(new Call(exchange, record, affinity, exchange.way(now.pool().usualWay()), request.permit(), body,
                known.policy().diagnostics()));
        return Reply.ANSWERED;
    }

    private static BodyReader.Outcome read(Admitted request) throws IOException, InterruptedException {
        return switch (request.exchange().incoming()) {
            case Incoming.Arriving(Incoming.Stream stream) -> request.now().intake().reader()
                    .read(request.exchange().head().headers(), stream, request.permit());
            case Incoming.Arrived arrived -> throw new IllegalStateException("a message has a body that says what it is for");
        };
    }

    /** A word about a turn names nothing that a turn could not name. */
    private static Check mayPassOn(InForce now, ClientAuthenticator.Outcome.Known known, Incoming.Arrived message) {
        ReadBody read = message.read();
        RequestBody body = read.body();
        String client = known.client().name();
        ResponseOwners owners = now.pool().owners();
        return RequestCheck.check(body, read.json(), read.from(), read.to(), false)
                .or(() -> AllowedModels.of(known.policy().models(), Purpose.modelOf(body)))
                .or(() -> owners.exists(client, body.at("response_id").text()))
                .or(() -> owners.exists(client, Continuation.of(body)))
                .or(() -> owners.exists(client, Continuation.conversation(body)))
                .or(() -> owners.mayName(client, StoredIds.in(body)))
                .or(() -> owners.mayTake(client, owners.itemsIn(read.json(), read.from(), read.to())));
    }

    /** Counts a message that is no request as one; the error that its client is told: this one, or that there are too many. */
    GatewayError counted(InForce now, ClientAuthenticator.Outcome.Known known, GatewayError fault) {
        return now.access().admission().count(known, clock.getAsLong()) instanceof Admission.Claimed.Beyond(GatewayError error)
                ? error : fault;
    }

    /** A message for the account that a WebSocket client is bound to; nothing answers it. */
    Reply control(Identified request) {
        Exchange exchange = request.exchange();
        if (request.now().access().admission().count(request.known(), clock.getAsLong())
                instanceof Admission.Claimed.Beyond(GatewayError error)) {
            return new Reply.Refused(error);
        }
        Incoming.Arrived message = switch (exchange.incoming()) {
            case Incoming.Arrived arrived -> arrived;
            case Incoming.Arriving arriving -> throw new IllegalStateException("a control message has arrived");
        };
        Check refusal = mayPassOn(request.now(), request.known(), message);
        if (refusal instanceof Check.Refused(GatewayError error)) {
            return new Reply.Refused(error);
        }
        OutboundBody word = message.body().edited(List.of());
        return exchange.way(request.now().pool().usualWay()).passOn(word) ? Reply.ANSWERED
                : new Reply.Refused(GatewayError.client(400, "no_turn", "No turn of this connection runs, so that there is nobody to pass"
                        + " the message on to. Send response.create first."));
    }
}
