package sluice.api;

import java.util.Set;

/**
 * What the scheduler needs to know to choose an account.
 *
 * @param client the client's name, for fairness between clients and for owned responses
 * @param model what the client asked for; empty where a request names none
 * @param sessionKey the session's 64-bit key (see {@link SessionKeys}), or 0 without a session
 * @param boundTo {@code previous_response_id} or a conversation's id, which live in one account; empty without one
 * @param transport what the account must offer
 * @param encryptedContent whether the input carries reasoning that only its organisation can read
 * @param excluded names of accounts that this request has tried
 * @param only the name of the one account that will do, because a connection to it has state; empty: any
 * @param waitNanos how long to wait for a slot; 0: not at all
 * @param seed seed of the weighted pick where there is no session
 */
public record SelectionRequest(String client, String model, long sessionKey, String boundTo, Transport transport,
        boolean encryptedContent, Set<String> excluded, String only, long waitNanos, long seed) {
    /** How the account is to be called. */
    public enum Transport { HTTP, WEBSOCKET }

    /** A request that any account may serve. */
    public SelectionRequest(String client, String model, long sessionKey, String boundTo, Transport transport,
            boolean encryptedContent, Set<String> excluded, long waitNanos, long seed) {
        this(client, model, sessionKey, boundTo, transport, encryptedContent, excluded, "", waitNanos, seed);
    }

    /** Copies the set. */
    public SelectionRequest {
        excluded = Set.copyOf(excluded);
    }

    /** Whether the account of this name is ruled out by the request itself. */
    public boolean rulesOut(String account) {
        return excluded.contains(account) || !only.isEmpty() && !only.equals(account);
    }
}
