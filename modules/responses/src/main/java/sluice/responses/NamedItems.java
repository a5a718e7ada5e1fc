package sluice.responses;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
    /** A request that names more would make us look for each of them. */
    public static final int MOST = 10_000;
    private static final int MAX_DEPTH = 512;
    /** What is longer is nobody's id: relays cut what they tell at 1024 bytes. */
    private static final int LONGEST_ID_BYTES = 2048;
    /** Where items and tools stand. */
    private static final Set<String> LISTS = Set.of("input", "items", "item", "tools");
    private NamedItems() {
    }

    /** The ids in the valid body {@code json[from, to)}, in order; behind {@link #MOST} and one more, no others are looked for. */
    public static List<String> in(byte[] json, int from, int to) {
        if (!mayNameSome(json, from, to)) {
            return List.of();
        }
        List<String> found = new ArrayList<>();
        JsonMembers top = new JsonMembers(json, from, to);
        while (found.size() <= MOST && top.next()) {
            if (!top.isScalar() && LISTS.contains(lower(top))) {
                if (json[top.valueFrom()] == '{') {
                    addItem(found, json, top.valueFrom(), top.valueTo());
                } else {
                    addArray(found, json, top.valueFrom(), top.valueTo());
                }
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

    private static void addArray(List<String> found, byte[] json, int from, int to) {
        JsonWalk walk = new JsonWalk(json, to, MAX_DEPTH);
        int at = walk.space(from + 1);
        while (at < to - 1 && found.size() <= MOST) {
            int end = walk.value(at);
            if (end < 0) {
                return;
            }
            if (json[at] == '{') {
                addItem(found, json, at, end);
            }
            at = walk.space(end);
            at = walk.peek(at) == ',' ? walk.space(at + 1) : to;
        }
    }

    private static void addItem(List<String> found, byte[] json, int from, int to) {
        JsonMembers members = new JsonMembers(json, from, to);
        Item item = new Item();
        int before = found.size();
        while (members.next()) {
            String name = lower(members);
            switch (name) {
                case "id" -> addText(found, json, members);
                case "type" -> item.type(members);
                case "container", "environment" -> { }
                default -> item.content.add(name, members.name().equals(name)
                        && isSomething(json, members.valueFrom(), members.valueTo()));
            }
        }
        if (item.bringsContent()) {
            found.subList(before, found.size()).clear();
        }
        addPlaces(found, json, from, to);
    }

    /** Where tools are to run: containers by their ids, or objects that name them. */
    private static void addPlaces(List<String> found, byte[] json, int from, int to) {
        JsonMembers members = new JsonMembers(json, from, to);
        while (members.next()) {
            String name = lower(members);
            if (name.equals("container") || name.equals("environment")) {
                addPlace(found, json, members);
            }
        }
    }

    /** What is known of one item. */
    private static final class Item {
        private final ItemContent content = new ItemContent();
        private int types;
        private String type = "";
        private boolean reference;

        void type(JsonMembers member) {
            types++;
            reference |= member.valueIs("item_reference");
            type = member.isNull() ? "" : member.valueText();
        }

        /** One that could be read as two kinds is taken for the one that brings nothing. */
        boolean bringsContent() {
            return content.isBroughtBy(type) && !reference && types < 2;
        }
    }

    /** Where a tool is to run: a container by its id, or an object that names one. */
    private static void addPlace(List<String> found, byte[] json, JsonMembers members) {
        if (json[members.valueFrom()] != '{') {
            addText(found, json, members);
            return;
        }
        JsonMembers parts = new JsonMembers(json, members.valueFrom(), members.valueTo());
        while (parts.next()) {
            String name = lower(parts);
            if (name.equals("id") || name.equals("container_id")) {
                addText(found, json, parts);
            }
        }
    }

    /** Of an id that is longer than any, the beginning, which is nobody's either. */
    private static void addText(List<String> found, byte[] json, JsonMembers member) {
        if (json[member.valueFrom()] == '"') {
            int from = member.valueFrom() + 1;
            found.add(JsonText.decode(json, from, Math.min(member.valueTo() - 1, from + LONGEST_ID_BYTES)));
        }
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
