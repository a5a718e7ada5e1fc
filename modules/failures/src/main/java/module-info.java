/** Who is at fault when an account fails, and what the client is told. Start at {@link sluice.failures}. */
@SuppressWarnings("module") // the server is compiled later
module sluice.failures {
    requires transitive sluice.api;
    requires transitive sluice.records; // the reasons of failed attempts
    requires sluice.json;
    requires sluice.responses; // when an error says that a limit ends

    exports sluice.failures to sluice.forward, sluice.server;
}
