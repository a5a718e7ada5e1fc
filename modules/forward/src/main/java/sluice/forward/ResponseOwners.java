package sluice.forward;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import sluice.api.Owners;

/**
 * Keeps clients apart: a response that one of them made does not exist for the others. Thread-safe.
 *
 * @param owners who made what
 * @param refusesUnknown whether what nobody remembers does not exist either; a single client may look for it
 */
record ResponseOwners(Owners owners, boolean refusesUnknown) {
    /** Made at other paths, whose answers are not read: whoever uses one first has it. */
    private static final String CONVERSATION = "conv_";

    /** Whether {@code id} does not exist for {@code client}. */
    boolean isForeign(String client, String id) {
        return switch (owners.find(client, id)) {
            case Owners.Ownership.Owned owned -> false;
            case Owners.Ownership.Foreign foreign -> true;
            case Owners.Ownership.Unknown unknown -> refusesUnknown && !id.startsWith(CONVERSATION);
        };
    }

    /**
     * Whether a path that is passed on as it is names something that another client is known to have made, in any spelling that a
     * server might read; a path that no server should read counts as one that does.
     */
    boolean foreignIn(String client, String path) {
        try {
            for (String part : URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8).split("[/\\\\;?#]")) {
                if (!part.isEmpty() && owners.find(client, part) instanceof Owners.Ownership.Foreign) {
                    return true;
                }
            }
            return false;
        } catch (IllegalArgumentException e) {
            return true;
        }
    }
}
