package sluice.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import sluice.api.Cancellation;
import sluice.api.Field;
import sluice.api.GatewayError;
import sluice.api.JsonValue;
import sluice.api.RelayOutcome;
import sluice.api.Selection;
import sluice.api.SelectionRequest;
import sluice.failures.FailedAttempt;
import sluice.records.RequestRecord;

/**
 * One {@code response.create} of a WebSocket client: it is answered by messages. A turn stays on the account to which its
 * client's connection is bound; one that needs nothing of that connection may leave it rather than wait or fail.
 *
 * <p>Confined to the turn's thread, except {@link #cancel} and what a {@link TurnRelay} calls.
 */
final class Turn extends PooledRequest {
    private static final byte[] REFERENCE = "\"item_reference\"".getBytes(StandardCharsets.US_ASCII);

    final ClientSocket socket;
    /** Turns of one stream run in order, those of several at the same time; empty without one. */
    final String streamId;
    private final boolean portable;
    private final Predicate<SelectionRequest> available;
    private final Runnable turnAway;
    private final boolean httpHelps;
    private final Cancellation cancellation = new Cancellation();
    private volatile Optional<TurnRelay> relay = Optional.empty();
    private volatile boolean outputSent;
    private volatile boolean cancelled;
    private boolean roams;
    private boolean overHttp;

    /**
     * A turn.
     *
     * @param available whether some account could take such a request now
     * @param turnAway tells the client to use HTTP
     * @param httpHelps whether there is an account for the model that is reached by HTTP only
     */
    Turn(ClientSocket socket, RequestRecord record, String client, String target, long sessionKey, String boundTo,
            boolean resendAllowed, ByteBudget.Permit permit, ClientMessage message, Predicate<SelectionRequest> available,
            Runnable turnAway, boolean httpHelps) {
        super(record, client, target, record.model, sessionKey, boundTo, resendAllowed, permit, message.body());
        this.socket = socket;
        this.available = available;
        this.turnAway = turnAway;
        this.httpHelps = httpHelps && message.streamId().isEmpty()
                && message.body().field(Field.GENERATE).kind() != JsonValue.Kind.FALSE;
        streamId = message.streamId();
        portable = boundTo.isEmpty() && !message.contains(REFERENCE);
    }

    /** Whether the turn can run on any connection: it refers to nothing that was said before. */
    boolean portable() {
        return portable;
    }

    /** From now on {@code next} hears of cancellation and limits. */
    void relay(TurnRelay next) {
        relay = Optional.of(next);
        if (cancelled) {
            next.broken(RelayOutcome.Cause.CLIENT_GONE, "the client left");
        }
    }

    /** Where the events of the attempt under way go; empty before the first. */
    Optional<TurnRelay> relay() {
        return relay;
    }

    /** The client has left: whatever the turn waits for ends. Thread-safe. */
    void cancel() {
        cancelled = true;
        cancellation.cancel();
        relay.ifPresent(one -> one.broken(RelayOutcome.Cause.CLIENT_GONE, "the client left"));
    }

    /** The client sees the attempt under way from now on. */
    void committed() {
        outputSent = true;
        releaseBody();
    }

    @Override
    Cancellation cancellation() {
        return cancellation;
    }

    @Override
    SelectionRequest.Transport transport() {
        return overHttp ? SelectionRequest.Transport.HTTP : SelectionRequest.Transport.WEBSOCKET;
    }

    @Override
    boolean outputSent() {
        return outputSent;
    }

    @Override
    String only() {
        return overHttp || mayRoam() && (roams || record.attempts > 0) ? "" : socket.binding().account();
    }

    @Override
    long waitNanos(long usual) {
        return mayRoam() && !only().isEmpty() || mayUseHttp() ? 0 : usual;
    }

    /**
     * The account of the connection cannot be had: any other will do, if the turn needs nothing of the connection, and in the
     * end one that has no WebSocket.
     */
    @Override
    boolean widen(Selection.Unavailable none) {
        if (mayRoam() && !only().isEmpty()) {
            roams = true;
            return true;
        }
        boolean wider = mayUseHttp();
        overHttp |= wider;
        return wider;
    }

    private boolean mayUseHttp() {
        return httpHelps && !overHttp && only().isEmpty();
    }

    /** Leaving the connection would take it from the turns of other streams. */
    private boolean mayRoam() {
        return portable && socket.binding().isFreeFor(this);
    }

    /**
     * Tells the client in-band. What only failed because the turn is tied to an account, another account could do: then the
     * client is told that its history is gone, upon which it sends all of it again.
     */
    @Override
    void fail(GatewayError error) {
        if (outputSent) {
            socket.tellFailed(this, error);
            return;
        }
        if (error.code().equals("websocket_unavailable")) {
            turnAway.run();
        }
        boolean tied = !portable && (error.status() == 429 || error.status() >= 500);
        if (tied && elsewhere()) {
            GatewayError gone = notFound();
            record.failed(gone.status(), gone.code(), "instead of " + error.status() + " " + error.code() + ": " + record.errorDetail);
            socket.tell(gone, streamId);
        } else {
            socket.tell(error, streamId);
        }
    }

    private boolean elsewhere() {
        Set<String> excluded = record.account.isEmpty() ? Set.of() : Set.of(record.account);
        SelectionRequest.Transport any = httpHelps ? SelectionRequest.Transport.HTTP : SelectionRequest.Transport.WEBSOCKET;
        return available.test(new SelectionRequest(client, model, sessionKey, "", any, encryptedContent, excluded, 0,
                record.startedNanos));
    }

    private GatewayError notFound() {
        return GatewayError.gateway(400, "previous_response_not_found", "Previous response with id '" + boundTo
                + "' not found: its account cannot go on with it now. Send the whole input again.")
                .withParam("previous_response_id");
    }

    /** The account's own message, if it was one. */
    @Override
    void passOn(FailedAttempt failure, GatewayError wrapped) {
        boolean tied = !portable && wrapped.status() >= 500;
        if (failure.body().length == 0 || outputSent || tied && elsewhere()) {
            record.failed(wrapped.status(), wrapped.code(), failure.detail());
            fail(wrapped);
            return;
        }
        try {
            socket.send(failure.body(), 0, failure.body().length);
        } catch (IOException e) {
            record.failed(499, "client_gone", String.valueOf(e.getMessage()));
        }
    }

    @Override
    void abandon() {
        // There is no answer to break off.
    }
}
