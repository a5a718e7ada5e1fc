/**
 * Who may use the gateway, how much, and what it costs. A request meets these in order:
 * {@link sluice.clients.ClientAuthenticator} finds the client of its key, {@link sluice.clients.Admission} holds it to the limits
 * of a {@link sluice.clients.Client}, and {@link sluice.clients.Settlement} puts the price of a
 * {@link sluice.clients.PriceTable} on what it used and charges it to the client's {@link sluice.clients.Spending}.
 *
 * <p>It does not know accounts, connections or bodies.
 *
 * <p>Threads: everything here is thread-safe; what a request touches is free of locks.
 */
package sluice.clients;
