/**
 * The facts of one request. Start at {@link sluice.records.RequestRecord}, which every step of a request fills. At the end,
 * when its price is known, {@link sluice.records.RequestObservers} hands it to those who want to know, in one fixed order: the line
 * of the log ({@link sluice.records.AccessLog}), the ledger of usage, the metrics. {@link sluice.records.EndedRequest} is what
 * operations see of it.
 *
 * <p>It decides nothing: who may do what is the business of the clients' module, who is at fault that of the failures.
 *
 * <p>Threads: a record is confined to its request's thread. Observers are thread-safe and never block.
 */
package sluice.records;
