package sluice.wspool;

import sluice.json.JsonMembers;
import sluice.responses.EventKind;
import sluice.responses.EventType;

/**
 * What is known of one connection about where a turn's events begin. What its account says behind the end of one turn may come only when
 * the next one is under way, and would be taken for the beginning of that one's answer. Once the account has begun a response with
 * {@code response.created}, as it should, nothing before it is the turn's but an error and what is told of limits. Thread-safe.
 */
final class TurnBeginnings {
    private volatile boolean announced;
    private volatile String lastEnded = "";

    /** Whether {@code message[from, to)}, before the first event of a turn, is left over from the turn before. */
    boolean isLeftOver(EventType type, byte[] message, int from, int to) {
        if (!announced || type == EventType.CREATED || type == EventType.RATE_LIMITS || type.kind() == EventKind.FAILED) {
            return false;
        }
        // An end of another response is one, though nothing has announced it: whoever waits for it must not wait for ever.
        return !type.kind().terminal() || idOf(message, from, to).equals(lastEnded);
    }

    /** A turn's events have begun with this one. */
    void began(EventType type) {
        if (type == EventType.CREATED) {
            announced = true;
        }
    }

    /** A turn has ended with this event. */
    void ended(byte[] message, int from, int to) {
        lastEnded = idOf(message, from, to);
    }

    private static String idOf(byte[] message, int from, int to) {
        JsonMembers members = new JsonMembers(message, from, to);
        if (!members.seek("response") || members.isScalar()) {
            return "";
        }
        JsonMembers response = new JsonMembers(message, members.valueFrom(), members.valueTo());
        return response.seek("id") ? response.valueText() : "";
    }
}
