package sluice.server;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import sluice.api.Owners;

/** Keeps clients apart: a response that one of them made does not exist for the others. Thread-safe. */
interface ResponseOwners {
    /** Whether {@code id} is known to have been made by another client than {@code client}. */
    boolean isForeign(String client, String id);

    /**
     * Whether a path that is passed on as it is names something of another client, in any spelling that a server might read; a
     * path that no server should read counts as one that does.
     */
    default boolean foreignIn(String client, String path) {
        try {
            for (String part : URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8).split("[/\\\\;?#]")) {
                if (!part.isEmpty() && isForeign(client, part)) {
                    return true;
                }
            }
            return false;
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    /** By what is remembered. */
    static ResponseOwners of(Owners owners) {
        return (client, id) -> owners.find(client, id) instanceof Owners.Ownership.Foreign;
    }
}
