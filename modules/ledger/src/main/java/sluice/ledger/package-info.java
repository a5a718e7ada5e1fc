/**
 * Where usage is kept, and how it is summed up. A request puts its {@link sluice.api.UsageRecord} into the bounded queue of
 * {@link sluice.ledger.LedgerSink} and goes on; one thread writes what has gathered, every half second, to a
 * {@link sluice.ledger.LedgerSink.Store}: {@link sluice.ledger.LogFiles} or {@link sluice.ledger.SqliteStore}.
 * {@link sluice.ledger.UsageCommand} reads either and groups it by {@link sluice.ledger.UsageReport}.
 *
 * <p>Threads: a store is confined to the writing thread. Readers use files and connections of their own, also of a running
 * gateway.
 */
package sluice.ledger;
