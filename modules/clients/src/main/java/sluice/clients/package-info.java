/**
 * Who may use the gateway, how much, and what it costs. A request meets these in order:
 * {@link sluice.clients.ClientAuthenticator} finds the client of its key; {@link sluice.clients.Admission} holds the client and
 * its team, the {@link sluice.clients.Party parties}, to their limits, and gives a {@link sluice.clients.Ticket}; by that the
 * request reserves what its {@link sluice.clients.Claim} expects; and when the ticket is closed,
 * {@link sluice.clients.Settlement} puts the price of a {@link sluice.clients.PriceTable} on what was used and charges it to the
 * {@link sluice.clients.Spending} of each party. {@link sluice.clients.Books} has the prices, the budgets and who pays;
 * {@link sluice.clients.SpendingFile} keeps the sums over restarts, {@link sluice.clients.SpendingRecovery} takes up what other
 * processes left, and {@link sluice.clients.BackgroundSettler} settles what no client has fetched.
 *
 * <p>It does not know accounts, connections or bodies.
 *
 * <p>Threads: everything here is thread-safe but a ticket, which is confined to its request's thread. No request waits for a disk.
 */
package sluice.clients;
