/**
 * Who may use the gateway, how much, and what it costs: keys, limits, budgets, prices. Start at {@link sluice.clients}. Knows the
 * facts of a request, and nothing of how it is served.
 */
@SuppressWarnings("module") // the modules below it are compiled later
module sluice.clients {
    requires transitive sluice.api;
    requires transitive sluice.config;
    requires transitive sluice.records;
    requires sluice.files;
    requires info.picocli;

    provides sluice.api.Command with sluice.clients.InitCommand, sluice.clients.PricesCommand;

    opens sluice.clients to info.picocli; // it fills the options of the command

    exports sluice.clients to sluice.edge, sluice.forward, sluice.ledger, sluice.server, sluice.turns;
}
