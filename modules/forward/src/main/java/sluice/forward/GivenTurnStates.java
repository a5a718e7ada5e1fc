package sluice.forward;

import sluice.api.Headers;
import sluice.api.SharedState.Owners;
import sluice.api.TurnPool;

/**
 * Keeps {@code x-codex-turn-state}, by which an account finds the place of a turn again, to the account that gave it: it would tell
 * another account of it. One that nobody remembers, or that another client was given, goes to none. Thread-safe.
 *
 * @param owners remember which account gave a client what
 */
record GivenTurnStates(Owners owners) {
    private static final String NAME = TurnPool.TURN_STATE;
    private static final HeaderNames SPELLINGS = HeaderNames.withUnderscores(NAME);
    /** Keeps these apart from the ids that owners are asked about: no id has a blank. */
    private static final String KIND = "turn state ";

    /** An account has answered a client with these headers. */
    void given(String client, Headers answer, String account) {
        for (int i = answer.find(NAME); i >= 0; i = answer.find(NAME, i + 1)) {
            owners.own(client, KIND + answer.value(i), account);
        }
    }

    /** Those of a client's headers that {@code account} may see. */
    Headers seenBy(String client, Headers headers, String account) {
        boolean any = false;
        for (int i = 0; i < headers.size() && !any; i++) {
            any = SPELLINGS.contains(headers, i);
        }
        if (!any) {
            return headers;
        }
        Headers.Builder kept = Headers.builder();
        for (int i = 0; i < headers.size(); i++) {
            if (!SPELLINGS.contains(headers, i) || isOf(account, client, headers.value(i))) {
                kept.add(headers, i);
            }
        }
        return kept.build();
    }

    private boolean isOf(String account, String client, String state) {
        return owners.findAnywhere(client, KIND + state) instanceof Owners.Ownership.Owned(String giver) && giver.equals(account);
    }
}
