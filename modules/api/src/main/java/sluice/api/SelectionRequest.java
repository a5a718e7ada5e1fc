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
 * @param waitNanos how long to wait for a slot; 0: not at all
 * @param seed seed of the weighted pick where there is no session
 */
public record SelectionRequest(String client, String model, long sessionKey, String boundTo, Transport transport,
        boolean encryptedContent, Set<String> excluded, long waitNanos, long seed) {
    /** How the account is to be called. */
    public enum Transport { HTTP, WEBSOCKET }

    /** Copies the set. */
    public SelectionRequest {
        excluded = Set.copyOf(excluded);
    }
}
