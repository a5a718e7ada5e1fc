/**
 * The usage ledger: one record for each request, in rotated files of JSON lines or in an SQLite database, and the command that
 * sums them up. Start at {@link sluice.ledger}. Provides {@code log} and {@code sqlite}.
 */
module sluice.ledger {
    requires sluice.api;
    requires sluice.files;
    requires sluice.config;
    requires sluice.json;
    requires sluice.clients; // the table of prices
    requires com.fasterxml.jackson.core;
    requires info.picocli;
    requires java.sql;
    requires org.xerial.sqlitejdbc; // its driver is found as a service, which jlink does not follow

    opens sluice.ledger to info.picocli; // it fills the options of the command

    provides sluice.api.UsageSink.Factory with sluice.ledger.LogSinkFactory, sluice.ledger.SqliteSinkFactory;
    provides sluice.api.Command with sluice.ledger.UsageCommand;
}
