/** The configuration file: read, checked, compared, explained. Start at {@link sluice.config}. */
@SuppressWarnings("module") // the server is compiled later
module sluice.config {
    requires transitive sluice.api;
    requires sluice.json;
    requires com.fasterxml.jackson.core; // the price file
    requires org.yaml.snakeyaml;

    exports sluice.config to sluice.admin, sluice.clients, sluice.edge, sluice.forward, sluice.gauge, sluice.ledger, sluice.ops,
            sluice.server, sluice.turns;
}
