/**
 * The facts of one request, and who observes them: opened before the request is judged, filled step by step, handed out once at
 * its end. Start at {@link sluice.records}. Requires foundations only.
 */
@SuppressWarnings("module") // the modules below it are compiled later
module sluice.records {
    requires transitive sluice.api;
    requires sluice.json;

    exports sluice.records to sluice.clients, sluice.failures, sluice.ops, sluice.server;
}
