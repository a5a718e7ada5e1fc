package sluice.responses;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import sluice.json.ByteSearch;
import sluice.json.JsonMembers;
import sluice.json.JsonText;
import sluice.json.JsonWalk;

/**
 * Finds what a request takes from the store of its account by an id: items that are named and not sent, and containers of tools. An item
 * that brings its own content is what it says, whatever its id; one without content means what the account keeps under that id. Member
 * names are read as a reader that ignores case would. Stateless.
 */
public final class NamedItems {
    private static final int MAX_DEPTH = 512;
    /** What is longer is nobody's id. */
    private static final int LONGEST_ID_BYTES = 1024;
    /** Where items and tools stand. */
    private static final Set<String> LISTS = Set.of("input", "items", "item", "tools");
    /** What an item may consist of, by its type. The summary of reasoning is none: the account has what it is a summary of. */
    private static final Set<String> CONTENT = Set.of("content", "arguments", "output", "result", "encrypted_content", "action", "actions",
            "code", "queries", "results", "operation", "approve", "input", "name", "tools");
    private static final Set<String> OF_REASONING = Set.of("content", "encrypted_content");
    private static final Set<String> OF_IMAGES = Set.of("result");

    private NamedItems() {
    }

    /** The first id in the valid body {@code json[from, to)} that {@code allowed} does not let pass. */
    public static Optional<String> firstBut(Predicate<String> allowed, byte[] json, int from, int to) {
        if (!mayNameSome(json, from, to)) {
            return Optional.empty();
        }
        JsonMembers top = new JsonMembers(json, from, to);
        Optional<String> found = Optional.empty();
        while (found.isEmpty() && top.next()) {
            if (!top.isScalar() && LISTS.contains(lower(top))) {
                found = json[top.valueFrom()] == '{' ? inItem(allowed, json, top.valueFrom(), top.valueTo())
                        : inArray(allowed, json, top.valueFrom(), top.valueTo());
            }
        }
        return found;
    }

    /** One pass over a body that most bodies do not need more than: no {@code id"}, no {@code container"}, no escaped letter. */
    private static boolean mayNameSome(byte[] json, int from, int to) {
        for (int i = from + 3; i < to; i++) {
            if (json[i] == '"') {
                int last = json[i - 1] | ' ';
                int before = json[i - 2] | ' ';
                boolean id = last == 'd' && before == 'i' && (json[i - 3] == '"' || json[i - 3] == '_' && (json[i - 4] | ' ') == 'r');
                if (id || last == 'r' && before == 'e' && (json[i - 3] | ' ') == 'n') {
                    return true;
                }
            } else if (json[i] == 'u' && json[i - 1] == '\\' && i + 3 < to && json[i + 1] == '0' && json[i + 2] == '0'
                    && json[i + 3] >= '4') {
                return true;
            }
        }
        return false;
    }

    private static Optional<String> inArray(Predicate<String> allowed, byte[] json, int from, int to) {
        JsonWalk walk = new JsonWalk(json, to, MAX_DEPTH);
        Optional<String> found = Optional.empty();
        int at = walk.space(from + 1);
        while (found.isEmpty() && at < to - 1) {
            int end = walk.value(at);
            if (end < 0) {
                return found;
            }
            if (json[at] == '{') {
                found = inItem(allowed, json, at, end);
            }
            at = walk.space(end);
            at = walk.peek(at) == ',' ? walk.space(at + 1) : to;
        }
        return found;
    }

    private static Optional<String> inItem(Predicate<String> allowed, byte[] json, int from, int to) {
        JsonMembers members = new JsonMembers(json, from, to);
        Set<String> content = new HashSet<>();
        List<String> types = new ArrayList<>();
        Optional<String> id = Optional.empty();
        while (members.next()) {
            String name = lower(members);
            switch (name) {
                case "id" -> id = id.or(() -> forbidden(allowed, json, members));
                case "type" -> types.add(typeOf(members));
                case "container", "environment" -> {
                    Optional<String> place = place(allowed, json, members);
                    if (place.isPresent()) {
                        return place;
                    }
                }
                default -> {
                    if (CONTENT.contains(name) && isSomething(json, members.valueFrom(), members.valueTo())) {
                        content.add(name);
                    }
                }
            }
        }
        return bringsContent(types, content) ? Optional.empty() : id;
    }

    private static String typeOf(JsonMembers type) {
        for (String one : List.of("item_reference", "reasoning", "image_generation_call")) {
            if (type.valueIs(one)) {
                return one;
            }
        }
        return "";
    }

    /** Where a tool is to run: a container by its id, or an object that names one. */
    private static Optional<String> place(Predicate<String> allowed, byte[] json, JsonMembers members) {
        if (json[members.valueFrom()] != '{') {
            return forbidden(allowed, json, members);
        }
        JsonMembers parts = new JsonMembers(json, members.valueFrom(), members.valueTo());
        Optional<String> found = Optional.empty();
        while (found.isEmpty() && parts.next()) {
            String name = lower(parts);
            found = name.equals("id") || name.equals("container_id") ? forbidden(allowed, json, parts) : found;
        }
        return found;
    }

    private static Optional<String> forbidden(Predicate<String> allowed, byte[] json, JsonMembers member) {
        if (json[member.valueFrom()] != '"') {
            return Optional.empty();
        }
        int from = member.valueFrom() + 1;
        int to = member.valueTo() - 1;
        String id = JsonText.decode(json, from, Math.min(to, from + LONGEST_ID_BYTES));
        return to - from > LONGEST_ID_BYTES || !allowed.test(id) ? Optional.of(id) : Optional.empty();
    }

    private static boolean bringsContent(List<String> types, Set<String> content) {
        if (types.size() > 1 || types.contains("item_reference")) {
            return false;
        }
        Set<String> possible = types.contains("reasoning") ? OF_REASONING : types.contains("image_generation_call") ? OF_IMAGES : CONTENT;
        return content.stream().anyMatch(possible::contains);
    }

    /** Whether a value is more than null or nothing. */
    private static boolean isSomething(byte[] json, int from, int to) {
        return switch (json[from]) {
            case 'n' -> false;
            case '{', '[' -> ByteSearch.skipSpace(json, from + 1, to) < to - 1;
            case '"' -> to - from > 2;
            default -> true;
        };
    }

    private static String lower(JsonMembers members) {
        return members.name().toLowerCase(Locale.ROOT);
    }
}
