package sluice.responses;

import java.nio.charset.StandardCharsets;
import sluice.api.SessionKeys;
import sluice.json.ByteSearch;
import sluice.json.JsonMembers;
import sluice.json.JsonNames;
import sluice.json.JsonWalk;

/**
 * A key of how a conversation begins: its model, its instructions where they stand before the input, and its items up to the first
 * one of the user. It stays the same while the conversation grows, and only the key is kept. What stands behind that item is not read:
 * bodies are long, and this is done for each of them. Thread-safe.
 */
final class ConversationStart {
    /** Of each part so much is hashed, beside its length: instructions may be long, and rarely differ behind that. */
    private static final int MAX_PART_BYTES = 4096;
    /** A conversation that has no item of its user among the first ones has no beginning to go by. */
    private static final int MAX_ITEMS = 8;
    private static final int MAX_DEPTH = 512;
    private static final byte[] INPUT = JsonNames.bytes("input");
    private static final byte[] INSTRUCTIONS = JsonNames.bytes("instructions");
    private static final byte[] USER = "user".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ROLE = "\"role\"".getBytes(StandardCharsets.US_ASCII);

    private final SessionKeys keys;

    ConversationStart(SessionKeys keys) {
        this.keys = keys;
    }

    /** The key within a client, of a valid body {@code json[start, end)}; 0 if it has no input of a user. */
    long keyOf(String client, String model, byte[] json, int start, int end) {
        JsonWalk walk = new JsonWalk(json, end, MAX_DEPTH);
        int at = walk.space(start);
        if (walk.peek(at) != '{') {
            return 0;
        }
        long instructions = 0;
        at = walk.open(at);
        while (walk.peek(at) == '"') {
            int nameFrom = at + 1;
            int nameTo = walk.string(nameFrom) - 1;
            int from = walk.colon(nameTo + 1);
            if (from < 0) {
                return 0;
            }
            if (JsonNames.equal(json, nameFrom, nameTo, INPUT)) {
                int to = beginningOf(walk, json, from);
                return to < 0 ? 0 : keys.key(client, model + '\0' + Long.toHexString(instructions)
                        + Long.toHexString(part(client, json, from, to)));
            }
            int to = walk.value(from);
            if (to < 0) {
                return 0;
            }
            if (JsonNames.equal(json, nameFrom, nameTo, INSTRUCTIONS)) {
                instructions = part(client, json, from, to);
            }
            at = walk.space(to);
            at = walk.peek(at) == ',' ? walk.space(at + 1) : at;
        }
        return 0;
    }

    private long part(String client, byte[] json, int from, int to) {
        return keys.key(client + '\0' + (to - from), json, from, Math.min(to - from, MAX_PART_BYTES));
    }

    /** The end of the first item of the user in the input that begins here; -1 if there is none. A text is such an item. */
    private static int beginningOf(JsonWalk walk, byte[] json, int from) {
        if (walk.peek(from) == '"') {
            return walk.value(from);
        }
        if (walk.peek(from) != '[') {
            return -1;
        }
        int at = walk.space(from + 1);
        for (int item = 0; item < MAX_ITEMS && walk.peek(at) == '{'; item++) {
            int end = walk.value(at);
            if (end < 0 || isUsers(json, at, end)) {
                return end;
            }
            at = walk.space(end);
            at = walk.peek(at) == ',' ? walk.space(at + 1) : at;
        }
        return -1;
    }

    private static boolean isUsers(byte[] json, int from, int to) {
        if (ByteSearch.indexOf(json, from, to, ROLE) < 0 || ByteSearch.indexOf(json, from, to, USER) < 0) {
            return false;
        }
        JsonMembers members = new JsonMembers(json, from, to);
        return members.seek("role") && members.valueIs("user");
    }
}
