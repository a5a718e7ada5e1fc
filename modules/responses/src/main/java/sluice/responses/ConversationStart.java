package sluice.responses;

import java.nio.charset.StandardCharsets;
import sluice.api.SessionKeys;
import sluice.json.ByteSearch;
import sluice.json.JsonMembers;

/**
 * A key of how a conversation begins: its model, its instructions, and its items up to the first one of the user. It stays the
 * same while the conversation grows, and only the key is kept. Thread-safe.
 */
final class ConversationStart {
    /** Of each part so much is hashed, beside its length: instructions may be long, and rarely differ behind that. */
    private static final int MAX_PART_BYTES = 4096;
    /** A conversation that has no item of its user among the first ones has no beginning to go by. */
    private static final int MAX_ITEMS = 8;
    private static final byte[] USER = "user".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ROLE = "\"role\"".getBytes(StandardCharsets.US_ASCII);

    private final SessionKeys keys;

    ConversationStart(SessionKeys keys) {
        this.keys = keys;
    }

    /** The key within a client; 0 if the body has no input of a user. */
    long keyOf(String client, byte[] json, int length) {
        long model = 0;
        long instructions = 0;
        long input = 0;
        JsonMembers members = new JsonMembers(json, 0, length);
        while (members.next()) {
            int from = members.valueFrom();
            int to = members.valueTo();
            switch (members.name()) {
                case "model" -> model = part(client, json, from, to);
                case "instructions" -> instructions = part(client, json, from, to);
                case "input" -> {
                    int end = beginningOf(json, from, to);
                    input = end < 0 ? 0 : part(client, json, from, end);
                }
                default -> { }
            }
        }
        return input == 0 ? 0 : keys.key(client, Long.toHexString(model) + Long.toHexString(instructions) + Long.toHexString(input));
    }

    private long part(String client, byte[] json, int from, int to) {
        return keys.key(client + '\0' + (to - from), json, from, Math.min(to - from, MAX_PART_BYTES));
    }

    /** The end of the first item of the user in an input; -1 if there is none. A text is such an item. */
    private static int beginningOf(byte[] json, int from, int to) {
        if (json[from] == '"') {
            return to;
        }
        if (json[from] != '[') {
            return -1;
        }
        int at = ByteSearch.skipSpace(json, from + 1, to);
        for (int item = 0; item < MAX_ITEMS && at < to && json[at] == '{'; item++) {
            int end = endOf(json, at, to);
            if (isUsers(json, at, end)) {
                return end;
            }
            at = ByteSearch.skipSpace(json, end, to);
            at = at < to && json[at] == ',' ? ByteSearch.skipSpace(json, at + 1, to) : to;
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

    /** Behind the object at {@code from}. */
    private static int endOf(byte[] json, int from, int to) {
        int depth = 0;
        for (int i = from; i < to; i++) {
            switch (json[i]) {
                case '"' -> {
                    i = ByteSearch.quoteOrBackslash(json, i + 1, to);
                    while (i < to && json[i] == '\\') {
                        i = ByteSearch.quoteOrBackslash(json, Math.min(to, i + 2), to);
                    }
                }
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    if (--depth == 0) {
                        return i + 1;
                    }
                }
                default -> { }
            }
        }
        return to;
    }
}
