package sluice.server;

import java.io.IOException;
import java.util.Optional;
import java.util.function.LongSupplier;
import sluice.api.Field;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.Scan;
import sluice.clients.Admission;
import sluice.clients.ClientAuthenticator;
import sluice.config.FailoverSettings;
import sluice.records.RequestRecord;
import sluice.responses.RequestCheck;
import sluice.responses.Route;

/**
 * From an admitted request to its {@link Call}: reads the body, scans and checks it, and finds out what it is bound to, its
 * session, and whether it may run twice. Gives the refusal, or empty if the {@link FailoverLoop} has answered. Thread-safe.
 */
final class Forwarding {
    private final LongSupplier clock;

    Forwarding(LongSupplier clock) {
        this.clock = clock;
    }

    /** A request whose body says what it is for. */
    Optional<GatewayError> withBody(Live now, Exchange exchange, RequestRecord record, Route.Target target,
            ClientAuthenticator.Outcome.Known known, ByteBudget.Permit permit) throws IOException, InterruptedException {
        BodyReader.Outcome read = now.bodyReader().read(exchange, permit);
        record.bodyReadNanos = clock.getAsLong();
        if (!(read instanceof BodyReader.Outcome.Complete complete)) {
            return Optional.of(((BodyReader.Outcome.Refused) read).error());
        }
        exchange.bodyRead();
        record.requestBytes = complete.length();
        Scan scan = now.scanner().scan(complete.bytes(), 0, complete.length());
        record.scannedNanos = clock.getAsLong();
        if (!(scan instanceof Scan.Valid(RequestBody body))) {
            return Optional.of(RequestCheck.malformed((Scan.Malformed) scan, complete.length()));
        }
        Optional<GatewayError> fault = RequestCheck.check(body, target.route() != Route.INPUT_TOKENS);
        if (fault.isPresent()) {
            return fault;
        }
        JsonValue model = body.field(Field.MODEL);
        record.model = model.isText() ? model.text() : "";
        record.stream = target.route() == Route.CREATE && body.field(Field.STREAM).kind() == JsonValue.Kind.TRUE;
        if (now.admission().afterScan(known, record.model, clock.getAsLong()) instanceof Admission.Outcome.Refused(GatewayError error)) {
            return Optional.of(error);
        }
        Optional<GatewayError> foreign = foreign(now, known.client().name(), boundTo(body));
        if (foreign.isPresent()) {
            return foreign;
        }
        Headers headers = exchange.head().headers();
        boolean decoded = headers.has("content-encoding");
        now.loop().run(new Call(exchange, record, known.client().name(), target.upstreamPath() + exchange.head().query(),
                record.model, now.sessions().keyOf(known.client().name(), headers, body), boundTo(body), record.stream,
                mayResend(now.resend(), body), decoded, explains(known, headers), permit, body));
        return Optional.empty();
    }

    /** Whether the client asked what was changed in its body, and may know. */
    private static boolean explains(ClientAuthenticator.Outcome.Known known, Headers headers) {
        return known.policy().diagnostics() && headers.first("x-sluice-explain").filter("1"::equals).isPresent();
    }

    /** What the request is bound to: a response, or a conversation, named by itself or by its id. */
    static String boundTo(RequestBody body) {
        JsonValue previous = body.field(Field.PREVIOUS_RESPONSE_ID);
        if (previous.isText()) {
            return previous.text();
        }
        JsonValue conversation = body.field(Field.CONVERSATION);
        return switch (conversation.kind()) {
            case STRING -> conversation.text();
            case OBJECT -> body.at("conversation.id").text();
            case ABSENT, NULL, TRUE, FALSE, NUMBER, ARRAY -> "";
        };
    }

    /** Whether the request may be sent again although an account may have executed it. Background work never is. */
    static boolean mayResend(FailoverSettings.ResendAfterSend rule, RequestBody body) {
        if (body.field(Field.BACKGROUND).kind() == JsonValue.Kind.TRUE) {
            return false;
        }
        return switch (rule) {
            case AUTO -> body.field(Field.STORE).kind() == JsonValue.Kind.FALSE;
            case ALWAYS -> true;
            case NEVER -> false;
        };
    }

    /** A response that another client made does not exist for this one. */
    static Optional<GatewayError> foreign(Live now, String client, String id) {
        return !id.isEmpty() && now.owners().isForeign(client, id)
                ? Optional.of(GatewayError.client(404, "response_not_found", "There is no response '" + id + "'."))
                : Optional.empty();
    }

    /** A request about a response that an account keeps. */
    Optional<GatewayError> stored(Live now, Exchange exchange, RequestRecord record, Route.Target target,
            ClientAuthenticator.Outcome.Known known, ByteBudget.Permit permit) throws IOException, InterruptedException {
        Optional<GatewayError> foreign = foreign(now, known.client().name(), target.id());
        if (foreign.isPresent()) {
            return foreign;
        }
        RequestBody body = RawBody.NONE;
        if (target.route() == Route.CANCEL && !exchange.bodyIsEmpty()) {
            BodyReader.Outcome read = now.bodyReader().read(exchange, permit);
            if (read instanceof BodyReader.Outcome.Refused(GatewayError error)) {
                return Optional.of(error);
            }
            // Cancelling takes no parameters; what came is not passed on.
        }
        exchange.bodyRead();
        now.loop().run(new Call(exchange, record, known.client().name(), target.upstreamPath() + exchange.head().query(), "", 0,
                target.id(), false, true, false, false, permit, body));
        return Optional.empty();
    }

    /** A path that is not Sluice's. */
    Optional<GatewayError> other(Live now, Exchange exchange, RequestRecord record, Route.Target target,
            ClientAuthenticator.Outcome.Known known, ByteBudget.Permit permit) throws IOException, InterruptedException {
        if (!now.forwardOther()) {
            return Optional.of(GatewayError.client(404, "unknown_path", "There is no " + exchange.head().path()
                    + " here. Sluice serves /v1/responses and /v1/models; server.forward-other: true passes other paths on."));
        }
        if (now.owners().foreignIn(known.client().name(), exchange.head().path())) {
            return Optional.of(GatewayError.client(404, "response_not_found", "There is no " + exchange.head().path() + "."));
        }
        BodyReader.Outcome read = now.bodyReader().read(exchange, permit);
        if (read instanceof BodyReader.Outcome.Refused(GatewayError error)) {
            return Optional.of(error);
        }
        exchange.bodyRead();
        BodyReader.Outcome.Complete complete = (BodyReader.Outcome.Complete) read;
        record.requestBytes = complete.length();
        RawBody body = new RawBody(complete.bytes(), complete.length());
        long session = now.sessions().keyOf(known.client().name(), exchange.head().headers(), body);
        now.loop().run(new Call(exchange, record, known.client().name(), target.upstreamPath() + exchange.head().query(), "",
                session, "", false, false, exchange.head().headers().has("content-encoding"), false, permit, body));
        return Optional.empty();
    }
}
