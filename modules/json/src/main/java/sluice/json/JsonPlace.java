package sluice.json;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A place in a JSON text that somebody asks for: what its value is worth, and which of its members are looked at. The places of
 * a text are a tree, which may share branches. Immutable and thread-safe.
 *
 * @param <F> names what is found
 */
public final class JsonPlace<F> {
    /** What is wanted of a value; members of an object are looked at in any case. */
    enum Want { NOTHING, TEXT, TEXT_OR_NUMBER, NUMBER, EXTENT, SIZE }

    private final Want want;
    private final Optional<F> fact;
    private final byte[][] names;
    private final JsonPlace<F>[] members;
    /** The lengths of the names, as a set of bits: most names in a text have another one. */
    private final long lengths;
    /** Of each element of an array; none or one. */
    private final List<JsonPlace<F>> elements;

    private JsonPlace(Want want, Optional<F> fact, byte[][] names, JsonPlace<F>[] members, List<JsonPlace<F>> elements) {
        this.want = want;
        this.fact = fact;
        this.names = names;
        this.members = members;
        long all = 0;
        for (byte[] name : names) {
            all |= 1L << name.length;
        }
        lengths = all;
        this.elements = elements;
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only its length is used, which is zero
    private static <F> JsonPlace<F> leaf(Want want, Optional<F> fact, JsonPlace<F>... none) {
        return new JsonPlace<>(want, fact, new byte[0][], none, List.of());
    }

    /** An object of which only members are wanted. */
    public static <F> JsonPlace<F> object() {
        return leaf(Want.NOTHING, Optional.empty());
    }

    /** A container, object or array, of which it is told where it begins and ends, and a literal where it is none. */
    public static <F> JsonPlace<F> extent(F fact) {
        return leaf(Want.EXTENT, Optional.of(fact));
    }

    /** A string, or a number as it is spelled. */
    public static <F> JsonPlace<F> textOrNumber(F fact) {
        return leaf(Want.TEXT_OR_NUMBER, Optional.of(fact));
    }

    /** A string. */
    public static <F> JsonPlace<F> text(F fact) {
        return leaf(Want.TEXT, Optional.of(fact));
    }

    /** A string of which only the size is wanted. */
    public static <F> JsonPlace<F> size(F fact) {
        return leaf(Want.SIZE, Optional.of(fact));
    }

    /** A number, of which whole, positive ones are read. */
    public static <F> JsonPlace<F> number(F fact) {
        return leaf(Want.NUMBER, Optional.of(fact));
    }

    /** The same with one more member that is looked at, whose name has fewer than 64 bytes. */
    public JsonPlace<F> with(String name, JsonPlace<F> member) {
        byte[][] moreNames = Arrays.copyOf(names, names.length + 1);
        JsonPlace<F>[] moreMembers = Arrays.copyOf(members, members.length + 1);
        moreNames[names.length] = JsonNames.bytes(name);
        moreMembers[members.length] = member;
        return new JsonPlace<>(want, fact, moreNames, moreMembers, elements);
    }

    /** The same where each element of an array is looked at, too. */
    public JsonPlace<F> each(JsonPlace<F> element) {
        return new JsonPlace<>(want, fact, names, members, List.of(element));
    }

    Want want() {
        return want;
    }

    /** What it is called; only for places of which something is wanted. */
    F fact() {
        return fact.orElseThrow();
    }

    boolean is(F other) {
        return fact.isPresent() && fact.get() == other;
    }

    boolean hasMembers() {
        return members.length > 0;
    }

    boolean hasElements() {
        return !elements.isEmpty();
    }

    /** What stands in an array. */
    JsonPlace<F> element() {
        return elements.getFirst();
    }

    /** Most objects and arrays inside each other that are looked into. */
    int depth() {
        int deepest = hasElements() ? element().depth() : 0;
        for (JsonPlace<F> member : members) {
            deepest = Math.max(deepest, member.depth());
        }
        return hasMembers() || hasElements() ? deepest + 1 : 0;
    }

    /** The member whose name is {@code text[from, to)}; {@code otherwise} if nobody asks for it. */
    JsonPlace<F> member(byte[] text, int from, int to, JsonPlace<F> otherwise) {
        int length = to - from;
        if (length >= Long.SIZE || (lengths >>> length & 1) == 0) {
            return otherwise;
        }
        for (int i = 0; i < names.length; i++) {
            byte[] name = names[i];
            if (name.length == length && ByteSearch.matches(text, from, name)) {
                return members[i];
            }
        }
        return otherwise;
    }

    /** The same for the first {@code length} bytes of a name that has escapes. */
    JsonPlace<F> escapedMember(byte[] spelled, int length, JsonPlace<F> otherwise) {
        for (int i = 0; i < names.length; i++) {
            if (JsonNames.equal(spelled, 0, length, names[i])) {
                return members[i];
            }
        }
        return otherwise;
    }
}
