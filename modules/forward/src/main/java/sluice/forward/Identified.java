package sluice.forward;

import sluice.clients.ClientAuthenticator;
import sluice.records.RequestRecord;

/**
 * A request whose client is known.
 *
 * @param now what it is served by
 * @param exchange what the client asked, and where the answer goes
 * @param record its facts
 * @param known who asks
 */
record Identified(InForce now, Exchange exchange, RequestRecord record, ClientAuthenticator.Outcome.Known known) { }
