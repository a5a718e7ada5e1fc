package sluice.forward;

import java.util.List;
import sluice.api.AccountScheduler;
import sluice.api.BodyScanner;
import sluice.api.Headers;
import sluice.api.RequestBody;
import sluice.clients.Admission;
import sluice.clients.ClientAuthenticator;
import sluice.clients.Reserve;
import sluice.config.FailoverSettings;
import sluice.config.OtherPaths;
import sluice.records.RequestObservers;
import sluice.responses.SessionSource;

/**
 * Everything that requests are served by, made from one configuration: an immutable snapshot, exchanged as a whole on reload, so
 * that no request reads or decodes any configuration.
 */
public final class InForce {
    private final Access access;
    private final Intake intake;
    private final Pool pool;
    private final Policy policy;
    private final RequestObservers observers;

    InForce(Access access, Intake intake, Pool pool, Policy policy, RequestObservers observers) {
        this.access = access;
        this.intake = intake;
        this.pool = pool;
        this.policy = policy;
        this.observers = observers;
    }

    Access access() {
        return access;
    }

    Intake intake() {
        return intake;
    }

    Pool pool() {
        return pool;
    }

    Policy policy() {
        return policy;
    }

    /** Are told of every request. */
    RequestObservers observers() {
        return observers;
    }

    /** Bytes of all bodies. */
    public ByteBudget budget() {
        return intake.budget();
    }

    /** What of all that clients share is kept for those who hold little. */
    public Reserve reserve() {
        return policy.room().reserve();
    }

    /** Scans bodies. */
    public BodyScanner scanner() {
        return intake.scanner();
    }

    /** Chooses accounts. */
    public AccountScheduler scheduler() {
        return pool.scheduler();
    }

    /** Whether what {@code client} opened with these headers from {@code remoteHost} would still be opened, at {@code epochMillis}. */
    public boolean stillAllows(String client, Headers headers, String remoteHost, long epochMillis) {
        return access.authenticator().stillAllows(client, headers, remoteHost, epochMillis);
    }

    /** The session of a client's request by its headers alone; 0 without one. */
    public long sessionOf(String client, Headers headers) {
        return sessionOf(client, headers, RawBody.NONE);
    }

    /** The session of a client's request; 0 without one. */
    public long sessionOf(String client, Headers headers, RequestBody body) {
        return pool.sessions().keyOf(client, headers, body);
    }

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
     * @param room how many may come at a time
     * @param cancelsWhenClientLeaves whether a client that leaves ends its upstream call
     * @param otherPaths which paths are passed on that are no routes
     * @param origins of web pages that may use the API
     */
    record Policy(FailoverSettings.ResendAfterSend resend, Room room, boolean cancelsWhenClientLeaves, OtherPaths otherPaths,
            List<String> origins) { }

    /**
     * How many may come at a time.
     *
     * @param requests most requests
     * @param reserve what is kept for clients that hold little
     */
    record Room(int requests, Reserve reserve) { }
}
