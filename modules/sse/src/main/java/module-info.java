/** The stream relay. Start at {@link sluice.sse}. */
module sluice.sse {
    requires sluice.api;
}
