/** JSON on bytes. Start at {@link sluice.json}. */
@SuppressWarnings("module") // the modules above it are compiled later
module sluice.json {
    exports sluice.json to sluice.admin, sluice.baseline, sluice.body, sluice.config, sluice.failures, sluice.forward, sluice.gauge,
            sluice.ledger, sluice.ops, sluice.records, sluice.responses, sluice.server, sluice.simulator, sluice.sse, sluice.turns,
            sluice.wspool;
}
