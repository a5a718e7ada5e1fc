/** Pooled WebSocket connections to accounts. Start at {@link sluice.wspool}. */
module sluice.wspool {
    requires sluice.api;
    requires sluice.wire;
}
