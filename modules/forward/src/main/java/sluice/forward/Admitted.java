package sluice.forward;

import sluice.clients.ClientAuthenticator;
import sluice.clients.Ticket;
import sluice.records.RequestRecord;

/**
 * A request that has a place and may be served. Whoever made it closes ticket and permit.
 *
 * @param of whose it is, and what it asks
 * @param ticket settles what it uses
 * @param permit its part of the byte budget
 */
record Admitted(Identified of, Ticket ticket, ByteBudget.Permit permit) {
    InForce now() {
        return of.now();
    }

    Exchange exchange() {
        return of.exchange();
    }

    RequestRecord record() {
        return of.record();
    }

    ClientAuthenticator.Outcome.Known known() {
        return of.known();
    }
}
