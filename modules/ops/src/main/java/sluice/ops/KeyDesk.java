package sluice.ops;

import java.time.Duration;
import java.time.Instant;
import sluice.config.ClientPolicy;

/**
 * Makes clients, gives them new keys and takes keys back, while the gateway runs. What has returned is kept and in force for new
 * requests; open WebSockets are closed within a second. Thread-safe; a call waits for a disk.
 */
public interface KeyDesk {
    /** What came of it. */
    sealed interface Outcome {
        /**
         * There is a new key, whose text is told here and never again.
         *
         * @param id what people call the key by
         * @param expires until when it is valid; {@link Instant#MAX}: for ever
         * @param formerUntil until when the key before it is valid; {@link Instant#MIN} if there is none
         */
        record Issued(String client, String key, String id, Instant expires, Instant formerUntil) implements Outcome { }

        /**
         * Keys are not valid any more.
         *
         * @param keys how many were taken back
         * @param left how many the client still has
         */
        record Revoked(String client, int keys, int left) implements Outcome { }

        /** Nothing has changed. */
        record Refused(Reason reason, String message) implements Outcome { }
    }

    /** Why nothing has changed. */
    enum Reason { NO_STATE, BAD_CLIENT, UNKNOWN_CLIENT, CLIENT_EXISTS, CLIENT_OF_FILE, NOT_KEPT }

    /** Makes a client with one key. A client that was revoked is made anew, and goes on with its sums. */
    Outcome add(ClientPolicy terms, Instant expires);

    /** Gives a client another key; the one it has stays valid for {@code overlap}. */
    Outcome rotate(String client, Duration overlap, Instant expires);

    /** Takes back one key of a client, or all of them if {@code keyId} is empty. */
    Outcome revoke(String client, String keyId);
}
