/** The stream relay. Start at {@link sluice.sse}. */
module sluice.sse {
    requires sluice.api;
    requires sluice.buffers;
    requires sluice.json;
    requires sluice.relay;
    requires sluice.responses;

    provides sluice.api.EventRelay with sluice.sse.BatchingRelay;
}
