/**
 * The facts of one request, and who observes them: opened before the request is judged, filled step by step, handed out once at
 * its end. Start at {@link sluice.records}. Requires the contracts only.
 */
@SuppressWarnings("module") // the modules below it are compiled later
module sluice.records {
    requires transitive sluice.api;

    exports sluice.records to sluice.clients, sluice.edge, sluice.failures, sluice.forward, sluice.ops, sluice.server, sluice.turns;
}
