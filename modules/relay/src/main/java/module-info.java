/** What the relays of streams and of whole answers share. Start at {@link sluice.relay}. */
@SuppressWarnings("module") // the modules above it are compiled later
module sluice.relay {
    requires transitive sluice.api;

    exports sluice.relay to sluice.body, sluice.sse;
}
