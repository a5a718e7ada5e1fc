package sluice.sched;

import java.util.Optional;
import sluice.api.AttemptOutcome;
import sluice.api.Binding;
import sluice.api.SelectionRequest;
import sluice.api.SessionKeys;
import sluice.api.StateStore;

/** What outlives a request: where sessions and responses live, and whose they are. Thread-safe. */
final class Memory {
    /** No client's name contains NUL, so these name spaces are nobody's. */
    private static final String MAKERS = "\0makers";
    private static final String CLIENTS = "\0clients";

    private final StateStore store;

    Memory(StateStore store) {
        this.store = store;
    }

    /** Looks up what concerns a request. */
    Wish recall(SelectionRequest request, Fleet fleet, long nowNanos) {
        String owner = "";
        if (!request.boundTo().isEmpty()) {
            owner = fleet.named(ownerOf(request.client(), request.boundTo())).map(member -> member.name).orElse("");
        }
        Binding binding = Binding.NONE;
        if (request.sessionKey() != 0) {
            binding = store.session(request.sessionKey()).orElse(Binding.NONE);
        }
        boolean strip = binding.stripEncryptedReasoning() && request.encryptedContent();
        String organization = "";
        if (request.encryptedContent() && !binding.stripEncryptedReasoning() && binding.isBound() && owner.isEmpty()) {
            Optional<Member> home = fleet.named(binding.account());
            organization = home.map(member -> member.account.organization()).orElse("");
            strip = home.isEmpty();
        }
        return new Wish(request, binding, owner, organization, strip, nowNanos);
    }

    /** After a success: renews or moves the session's binding, and remembers where the response lives. */
    void keep(Lease lease, AttemptOutcome.Succeeded success) {
        SelectionRequest request = lease.wish.request();
        String account = lease.member.name;
        if (request.sessionKey() != 0) {
            bind(lease, success);
        }
        lives(request, success.responseId(), success.conversationId(), account);
    }

    /** When an answer begins: remembers where the response lives, and gives a session that lives nowhere yet its home. */
    void began(Lease lease, String responseId, String conversationId) {
        SelectionRequest request = lease.wish.request();
        lives(request, responseId, conversationId, lease.member.name);
        if (request.sessionKey() != 0 && store.session(request.sessionKey()).isEmpty()) {
            store.bindSession(request.sessionKey(), new Binding(lease.member.name, 0, lease.wish.leaves()));
        }
    }

    /** A response that was only found, by its id, may be another client's, who has been forgotten: it is remembered, not claimed. */
    private void lives(SelectionRequest request, String responseId, String conversationId, String account) {
        if (responseId.equals(request.boundTo()) && !responseId.isEmpty()) {
            store.own(SessionKeys.key(request.client(), responseId), account);
        } else if (!responseId.isEmpty()) {
            own(request.client(), responseId, account);
        }
        if (!conversationId.isEmpty()) {
            own(request.client(), conversationId, account);
        }
    }

    private void bind(Lease lease, AttemptOutcome.Succeeded success) {
        long key = lease.wish.request().sessionKey();
        String account = lease.member.name;
        Binding now = store.session(key).orElse(Binding.NONE);
        boolean same = now.account().equals(account);
        // Somebody else of the session may have moved it meanwhile: a move is made from where this request saw it.
        boolean move = lease.rebind && now.account().equals(lease.wish.binding().account());
        if (same || move) {
            long cached = success.usage().estimated() ? same ? now.cachedTokens() : 0 : success.usage().cached();
            Binding next = new Binding(account, cached,
                    now.stripEncryptedReasoning() || lease.wish.leaves() || success.reasoningStripped());
            if (!next.equals(now)) { // being looked up has renewed it
                store.bindSession(key, next);
            }
        }
    }

    /** The account that holds a client's response; empty if that is not remembered. */
    String ownerOf(String client, String responseId) {
        return store.owner(SessionKeys.key(client, responseId)).orElse("");
    }

    /** Whether only other clients are known to have made it. */
    boolean isForeign(String client, String responseId) {
        Optional<String> maker = store.owner(SessionKeys.key(MAKERS, responseId));
        return maker.isPresent() && !maker.get().equals(fingerprint(client)) && ownerOf(client, responseId).isEmpty();
    }

    /** Remembers a response twice: where it lives, under its client; and who made it, for the others. */
    void own(String client, String responseId, String account) {
        store.own(SessionKeys.key(client, responseId), account);
        store.own(SessionKeys.key(MAKERS, responseId), fingerprint(client));
    }

    private static String fingerprint(String client) {
        return Long.toHexString(SessionKeys.key(CLIENTS, client));
    }
}
