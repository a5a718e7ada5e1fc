package sluice.forward;

import java.util.Collection;
import java.util.List;
import sluice.api.GatewayError;
import sluice.api.SharedState.Owners;
import sluice.records.LogText;
import sluice.responses.Check;
import sluice.responses.NamedItems;

/**
 * Keeps clients apart: a response, a conversation or a file that one of them made does not exist for the others. Thread-safe.
 *
 * @param owners who made what
 * @param refusesUnknown whether what nobody remembers does not exist either; a single client may look for it
 */
record ResponseOwners(Owners owners, boolean refusesUnknown) {
    private boolean isForeign(String client, String id) {
        return switch (owners.findAnywhere(client, id)) {
            case Owners.Ownership.Owned owned -> false;
            case Owners.Ownership.Foreign foreign -> true;
            case Owners.Ownership.Unknown unknown -> refusesUnknown;
        };
    }

    /** Whether a client may name {@code id}; an empty one names nothing. A response that another client made does not exist for it. */
    Check exists(String client, String id) {
        return !id.isEmpty() && isForeign(client, id) ? Check.refused(none(id)) : Check.PASSED;
    }

    /** Whether the client made {@code id}, or found it. */
    boolean isOwned(String client, String id) {
        return owners.findAnywhere(client, id) instanceof Owners.Ownership.Owned;
    }

    /** Whether another client is known to have made {@code id}. */
    boolean isAnothers(String client, String id) {
        return owners.find(client, id) instanceof Owners.Ownership.Foreign;
    }

    /**
     * Whether a client may name {@code ids} in a body. What no client is known to have made, such as a file that the
     * operator keeps for all, may be named: it is not asked for by itself.
     */
    Check mayName(String client, Collection<String> ids) {
        if (ids.size() > StoredIds.MOST) {
            return Check.refused(tooMany(StoredIds.MOST));
        }
        for (String id : ids) {
            if (owners.findAnywhere(client, id) instanceof Owners.Ownership.Foreign) {
                return Check.refused(none(id));
            }
        }
        return Check.PASSED;
    }

    /** What a request takes from its account's store, in {@code json[from, to)}. Where there is only one client, nobody remembers items. */
    List<String> itemsIn(byte[] json, int from, int to) {
        return refusesUnknown ? NamedItems.in(json, from, to) : List.of();
    }

    /** Whether a client may take {@code items}. */
    Check mayTake(String client, List<String> items) {
        if (items.size() > NamedItems.MOST) {
            return Check.refused(tooMany(NamedItems.MOST));
        }
        for (String id : items) {
            if (!isOwned(client, id)) {
                return Check.refused(none(id));
            }
        }
        return Check.PASSED;
    }

    /**
     * An answer has an item, or a container, of this id; an account may keep it. Clients give items that they send whatever ids they
     * like, and answers repeat them, at once or in a list of what was sent: what another client is known to have made stays that one's.
     */
    void made(Call call, String id, String account) {
        String made = call.made(id);
        if (!made.isEmpty() && !isAnothers(call.record.client, made)) {
            owners.own(call.record.client, made, account);
        }
    }

    private static GatewayError tooMany(int most) {
        return GatewayError.client(400, "too_many_ids", "The request names more than " + most
                + " files, conversations or other stored objects.");
    }

    /** There is nothing of this id, as far as the client may know. */
    private static GatewayError none(String id) {
        return GatewayError.client(404, "response_not_found", "There is no response '" + LogText.cut(id) + "'.");
    }
}
