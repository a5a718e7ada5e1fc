import sluice.api.TurnPool;
import sluice.api.Upstream;
import sluice.wspool.LeanSeating;
import sluice.wspool.WebSocketProvider;

/** Pooled WebSocket connections to accounts. Start at {@link sluice.wspool}. */
module sluice.wspool {
    requires sluice.api;
    requires sluice.buffers;
    requires sluice.net;
    requires sluice.http1;
    requires sluice.websocket;
    requires sluice.json;
    requires sluice.responses;

    provides TurnPool.Seats.Factory with LeanSeating;
    provides TurnPool.Factory with WebSocketProvider;
    provides Upstream.Factory with WebSocketProvider;
}
