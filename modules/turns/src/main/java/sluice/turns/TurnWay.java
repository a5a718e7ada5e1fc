package sluice.turns;

import java.util.List;
import sluice.api.AccountScheduler.Selection;
import sluice.api.BodyEdit;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.JsonValue;
import sluice.api.OutboundBody;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.api.SelectionRequest;
import sluice.api.TurnPool;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.forward.Call;
import sluice.forward.Way;
import sluice.websocket.WebSocketHandshake;

/**
 * A turn goes over the one connection to an account that its client keeps. One that refers to nothing that was said there may
 * leave it, rather than wait or fail, and in the end go by HTTP. Confined to the turn's thread.
 */
final class TurnWay implements Way {
    /** Edits that make a request of a turn. */
    private static final List<BodyEdit> AS_REQUEST = List.of(new BodyEdit.Remove("type"), new BodyEdit.Remove("stream_id"),
            new BodyEdit.Remove("generate"), new BodyEdit.Put("stream", "true"));

    private final TurnPool.Binding binding;
    private final String streamId;
    private final TurnMeans means;
    /** Whether the turn can run on any connection: it refers to nothing that was said before. */
    private final boolean portable;
    /** Whether the turn makes sense as a request. */
    private final boolean isRequest;
    private boolean roams;
    private boolean searches;
    private boolean overHttp;

    TurnWay(TurnPool.Binding binding, ClientMessage message, TurnMeans means) {
        this.binding = binding;
        this.means = means;
        streamId = message.streamId();
        portable = message.isPortable();
        isRequest = streamId.isEmpty() && message.body().field(Field.GENERATE).kind() != JsonValue.Kind.FALSE;
    }

    @Override
    public boolean reaches(String model) {
        // If no account serves the model at all, the lack of a WebSocket is not the reason.
        return means.offer().servesByWebSocket(model) || !means.offer().servesByHttpOnly(model);
    }

    @Override
    public SelectionRequest.Transport transport() {
        return overHttp ? SelectionRequest.Transport.HTTP : SelectionRequest.Transport.WEBSOCKET;
    }

    @Override
    public String only(int attempts) {
        return overHttp || mayRoam() && (roams || attempts > 0) ? "" : binding.account();
    }

    @Override
    public long waitNanos(String model, int attempts, long usual) {
        return mayRoam() && !only(attempts).isEmpty() || mayUseHttp(model, attempts) ? 0 : usual;
    }

    /**
     * The account of the connection cannot be had: any other will do, if the turn needs nothing of the connection, and in the
     * end one that has no WebSocket.
     */
    @Override
    public boolean askForLess(String model, int attempts, Selection.Unavailable unavailable) {
        if (mayRoam() && !only(attempts).isEmpty()) {
            roams = true;
            return true;
        }
        boolean wider = mayUseHttp(model, attempts);
        overHttp |= wider;
        return wider;
    }

    private boolean mayUseHttp(String model, int attempts) {
        return isRequest && !overHttp && only(attempts).isEmpty() && means.offer().servesByHttpOnly(model);
    }

    @Override
    public void searches() {
        searches = true;
    }

    /** Leaving the connection would take it from the turns of other streams. */
    private boolean mayRoam() {
        return (portable || searches) && binding.isFreeFor(streamId);
    }

    /** HTTP takes what is too large for a WebSocket, and what finds its WebSocket broken while no account has another one. */
    @Override
    public boolean switchWay(UpstreamResult.Unreachable none, Call call) {
        boolean other = Way.mayGoByHttp(none) && portable && isRequest && !overHttp && (none.kind() == UpstreamResult.Kind.TOO_LARGE
                || !means.available().test(call.elsewhere(SelectionRequest.Transport.WEBSOCKET)));
        overHttp |= other;
        return other;
    }

    @Override
    public List<BodyEdit> edits() {
        return overHttp ? AS_REQUEST : List.of();
    }

    @Override
    public Headers headers(Headers allowed) {
        if (!overHttp) {
            return allowed;
        }
        Headers.Builder kept = Headers.builder();
        for (int i = 0; i < allowed.size(); i++) {
            if (!WebSocketHandshake.isOwn(allowed, i) && !allowed.nameIs(i, "content-type") && !allowed.nameIs(i, "openai-beta")) {
                kept.add(allowed, i);
            }
        }
        return kept.add("Content-Type", "application/json").add("Accept", "text/event-stream").build();
    }

    @Override
    public UpstreamResult send(UpstreamRequest request, RequestBody body) {
        if (overHttp) {
            return means.http().send(request);
        }
        UpstreamResult result = binding.turn(request, streamId, portable);
        means.refusals().note(request.account(), result);
        return result;
    }

    @Override
    public boolean passOn(OutboundBody message) {
        return binding.passOn(message);
    }

    /**
     * A turn that is tied to an account may fail where another account could serve it. Then the client is told that its history is
     * gone, and sends all of it again.
     */
    @Override
    public GatewayError wordsFor(GatewayError error, Call call) {
        boolean tied = !portable && (error.status() == 429 || error.status() >= 500);
        return tied && elsewhere(call) ? GatewayError.gateway(400, "previous_response_not_found", "Previous response with id '"
                + call.boundTo() + "' not found: its account cannot go on with it now. Send the whole input again.")
                .withParam("previous_response_id") : error;
    }

    private boolean elsewhere(Call call) {
        return means.available().test(call.elsewhere(isRequest && means.offer().servesByHttpOnly(call.model())
                ? SelectionRequest.Transport.HTTP : SelectionRequest.Transport.WEBSOCKET));
    }
}
