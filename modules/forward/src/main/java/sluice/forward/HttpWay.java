package sluice.forward;

import java.time.Duration;
import sluice.api.Account;
import sluice.api.JsonValue;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;
import sluice.api.SelectionRequest;
import sluice.api.TurnPool;
import sluice.api.Upstream;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;

/**
 * The way of a request that came by HTTP: HTTP, or pooled WebSockets for what can go over them where the account prefers that (decision
 * 0042). An account that turns out to have no WebSocket is called by HTTP at once, and for a while. Thread-safe.
 */
final class HttpWay implements Way {
    private final Upstream http;
    private final TurnPool pool;
    private final WebSocketRefusals refusals;
    private final Duration unavailable;

    /**
     * Both ways.
     *
     * @param unavailable how long an account that refused a WebSocket is not asked for another
     */
    HttpWay(Upstream http, TurnPool pool, WebSocketRefusals refusals, Duration unavailable) {
        this.http = http;
        this.pool = pool;
        this.refusals = refusals;
        this.unavailable = unavailable;
    }

    @Override
    public SelectionRequest.Transport transport() {
        return SelectionRequest.Transport.HTTP;
    }

    @Override
    public UpstreamResult send(UpstreamRequest request, RequestBody body) {
        if (!fits(request, body)) {
            return http.send(request);
        }
        UpstreamResult result = pool.send(request);
        boolean byHttp = refusals.note(request.account(), result)
                || result instanceof UpstreamResult.Unreachable none && Way.mayGoByHttp(none);
        return byHttp ? http.send(request) : result;
    }

    private boolean fits(UpstreamRequest request, RequestBody body) {
        Account account = request.account();
        return account.offer().webSocket() == Account.WebSocketUse.PREFER && request.makesResponse()
                && body.field(Field.BACKGROUND).kind() != JsonValue.Kind.TRUE && !refusals.within(unavailable, account);
    }
}
