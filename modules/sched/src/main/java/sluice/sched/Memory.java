package sluice.sched;

import java.util.Optional;
import sluice.api.AttemptOutcome;
import sluice.api.SelectionRequest;
import sluice.api.SharedState;
import sluice.api.SharedState.Bindings;
import sluice.api.SharedState.Home;
import sluice.api.SharedState.Owners;

/** What outlives a request: where sessions and stored objects live. Thread-safe. */
final class Memory {
    private final Bindings bindings;
    private final Owners owners;

    private final Flights flights = new Flights();

    Memory(SharedState state) {
        bindings = state.bindings();
        owners = state.owners();
    }

    /** Looks up what concerns a request that is to be served; {@link #forgetFlight} must follow, if only by the end of its lease. */
    Wish recall(SelectionRequest request, Fleet fleet, long nowNanos) {
        SelectionRequest.Session session = request.ties().session();
        if (!session.guessed()) {
            return recall(request, fleet, nowNanos, Flights.NONE);
        }
        return flights.enter(session.key()) ? recall(request, fleet, nowNanos, session.key())
                : recall(request.withoutSession(), fleet, nowNanos, Flights.NONE);
    }

    /** Looks up what concerns a request that is only asked about. */
    Wish peek(SelectionRequest request, Fleet fleet, long nowNanos) {
        SelectionRequest.Session session = request.ties().session();
        return recall(session.guessed() && flights.has(session.key()) ? request.withoutSession() : request, fleet, nowNanos,
                Flights.NONE);
    }

    /** The request is over, or is served elsewhere next. */
    void forgetFlight(Wish wish) {
        flights.leave(wish.flight());
    }

    private Wish recall(SelectionRequest request, Fleet fleet, long nowNanos, long flight) {
        String owner = ownerOf(request, fleet);
        Home binding = request.sessionKey() == 0 ? Home.NONE : bindings.find(request.sessionKey());
        boolean encrypted = request.need().encryptedContent();
        boolean strip = binding.stripEncryptedReasoning() && encrypted;
        String organization = "";
        if (encrypted && !binding.stripEncryptedReasoning() && binding.isBound() && owner.isEmpty()) {
            Optional<Member> home = fleet.named(binding.account());
            organization = home.map(member -> member.account.offer().organization()).orElse("");
            strip = home.isEmpty();
        }
        return new Wish(request, binding, owner, organization, strip, nowNanos, flight);
    }

    private String ownerOf(SelectionRequest request, Fleet fleet) {
        return !request.boundTo().isEmpty()
                && owners.find(request.client(), request.boundTo()) instanceof Owners.Ownership.Owned(String account)
                && fleet.position(account) >= 0 ? account : "";
    }

    /** After a success: renews or moves the session's binding, and remembers where the response lives. */
    void keep(Lease lease, AttemptOutcome.Succeeded success) {
        if (lease.wish.request().sessionKey() != 0) {
            bind(lease, success);
        }
        lives(lease, success.responseId(), success.conversationId());
    }

    /** When an answer begins: remembers where the response lives, and gives a session that lives nowhere yet its home. */
    void began(Lease lease, String responseId, String conversationId) {
        lives(lease, responseId, conversationId);
        long key = lease.wish.request().sessionKey();
        if (key != 0 && !lease.wish.binding().isBound() && !bindings.find(key).isBound()) {
            bindings.move(key, Home.NONE, new Home(lease.member.name, 0, lease.wish.leaves()));
        }
    }

    /** A response that the request had named was only found here; a conversation belongs to who goes on with it first. */
    private void lives(Lease lease, String responseId, String conversationId) {
        SelectionRequest request = lease.wish.request();
        if (!responseId.isEmpty() && responseId.equals(request.boundTo())) {
            owners.found(request.client(), responseId, lease.member.name);
        } else if (!responseId.isEmpty()) {
            owners.own(request.client(), responseId, lease.member.name);
        }
        if (!conversationId.isEmpty()) {
            owners.own(request.client(), conversationId, lease.member.name);
        }
    }

    private void bind(Lease lease, AttemptOutcome.Succeeded success) {
        long key = lease.wish.request().sessionKey();
        String account = lease.member.name;
        Home now = bindings.find(key);
        boolean same = now.account().equals(account);
        if (!same && !lease.rebind) {
            return;
        }
        long cached = success.usage().estimated() ? same ? now.cachedTokens() : 0 : success.usage().cached();
        Home next = new Home(account, cached,
                now.stripEncryptedReasoning() || lease.wish.leaves() || success.reasoningStripped());
        if (!next.equals(now)) { // being looked up has renewed it
            // Somebody else of the session may have moved it meanwhile: a move is made from where this request saw it.
            bindings.move(key, same ? now : lease.wish.binding(), next);
        }
    }
}
