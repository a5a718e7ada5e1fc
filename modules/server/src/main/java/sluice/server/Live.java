package sluice.server;

import sluice.api.AccountScheduler;
import sluice.api.BodyScanner;
import sluice.clients.Admission;
import sluice.clients.ClientAuthenticator;
import sluice.config.FailoverSettings;
import sluice.records.RequestObservers;
import sluice.responses.SessionSource;

/**
 * Everything that requests are served by, made from one configuration: an immutable snapshot, exchanged as a whole on reload
 * (optimisation 13: no request reads or decodes any configuration).
 *
 * @param authenticator who the client is
 * @param admission whether it may
 * @param bodyReader reads bodies
 * @param budget bytes of all bodies
 * @param scanner scans bodies
 * @param loop finds an account that answers
 * @param turns what turns of WebSocket connections are served by
 * @param scheduler chooses accounts
 * @param owners who made which response
 * @param sessions which session a request belongs to
 * @param models what models there are
 * @param resend whether a request that may have been executed is sent again
 * @param observers are told of every request
 * @param maxRequests most requests at a time
 * @param cancelsWhenClientLeaves whether a client that leaves ends its upstream call
 * @param forwardOther whether unknown paths are passed on
 */
record Live(ClientAuthenticator authenticator, Admission admission, BodyReader bodyReader, ByteBudget budget, BodyScanner scanner,
        FailoverLoop<Call> loop, TurnRules turns, AccountScheduler scheduler, ResponseOwners owners, SessionSource sessions,
        ModelCatalog models, FailoverSettings.ResendAfterSend resend, RequestObservers observers, int maxRequests,
        boolean cancelsWhenClientLeaves, boolean forwardOther) { }
