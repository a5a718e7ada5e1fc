package sluice.server;

import sluice.api.AccountScheduler;
import sluice.api.BodyScanner;
import sluice.clients.Admission;
import sluice.clients.ClientAuthenticator;
import sluice.config.FailoverSettings;
import sluice.records.RequestObservers;
import sluice.responses.SessionSource;

/**
 * Everything that requests are served by, made from one configuration: an immutable snapshot, exchanged as a whole on reload, so
 * that no request reads or decodes any configuration.
 *
 * @param observers are told of every request
 */
record Live(Access access, Intake intake, Pool pool, TurnRules turns, Policy policy, RequestObservers observers) {
    /**
     * Who may.
     *
     * @param authenticator who the client is
     * @param admission whether it may
     */
    record Access(ClientAuthenticator authenticator, Admission admission) { }

    /**
     * How bodies come in.
     *
     * @param reader reads them
     * @param budget bytes of all of them
     * @param scanner scans them
     */
    record Intake(BodyReader reader, ByteBudget budget, BodyScanner scanner) { }

    /**
     * Who answers.
     *
     * @param scheduler chooses accounts
     * @param loop finds an account that answers
     * @param usualWay how accounts are called for clients without a way of their own
     * @param owners who made which response
     * @param sessions which session a request belongs to
     * @param models what models there are
     */
    record Pool(AccountScheduler scheduler, FailoverLoop loop, Way usualWay, ResponseOwners owners, SessionSource sessions,
            ModelCatalog models) { }

    /**
     * What else is configured.
     *
     * @param resend whether a request that may have been executed is sent again
     * @param maxRequests most requests at a time
     * @param cancelsWhenClientLeaves whether a client that leaves ends its upstream call
     * @param forwardOther whether unknown paths are passed on
     */
    record Policy(FailoverSettings.ResendAfterSend resend, int maxRequests, boolean cancelsWhenClientLeaves, boolean forwardOther) { }
}
