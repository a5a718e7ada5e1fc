/** The life of a request, once for all doors. Start at {@link sluice.forward}. */
@SuppressWarnings("module") // the server is compiled later
module sluice.forward {
    requires transitive sluice.api;
    requires transitive sluice.buffers; // how bodies are collected
    requires transitive sluice.clients;
    requires transitive sluice.config;
    requires sluice.failures;
    requires transitive sluice.http1;
    requires sluice.json;
    requires transitive sluice.net; // whoever takes a connection over
    requires transitive sluice.records;
    requires transitive sluice.responses;
    requires com.fasterxml.jackson.core; // the lists of models that accounts send

    exports sluice.forward to sluice.edge, sluice.server, sluice.turns;
}
