package sluice.api;

/**
 * Where a session lives.
 *
 * @param account the account's name; empty: nowhere yet
 * @param cachedTokens input tokens that the prompt cache served last time
 * @param stripEncryptedReasoning whether the session left its organisation, so that its old reasoning must be stripped
 */
public record Binding(String account, long cachedTokens, boolean stripEncryptedReasoning) {
    /** No session, or a session that is not bound yet. */
    public static final Binding NONE = new Binding("", 0, false);

    /** Whether the session lives somewhere. */
    public boolean isBound() {
        return !account.isEmpty();
    }
}
