/** The stream relay. Start at {@link sluice.sse}. */
module sluice.sse {
    requires sluice.api;

    provides sluice.api.EventRelay with sluice.sse.BatchingRelay;
    provides sluice.api.EventInspector with sluice.sse.TrackingInspector;
}
