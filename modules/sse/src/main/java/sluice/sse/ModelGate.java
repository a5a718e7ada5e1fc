package sluice.sse;

import java.nio.charset.StandardCharsets;
import sluice.api.ModelNames;
import sluice.json.ByteSearch;
import sluice.json.JsonStrings;
import sluice.json.JsonText;

/**
 * The name to look for and the one to put in its place. The gate looks for that part of the name which every JSON writer
 * leaves as it is, so that {@code org\/name} is found too; a name with letters written as escapes is none to anybody here.
 * Immutable and thread-safe.
 */
final class ModelGate {
    /** Escaped by none of the usual writers. */
    private static final String PLAIN = "-._:@";
    private static final byte[] KEY = "\"model\"".getBytes(StandardCharsets.UTF_8);
    /** A character of the name as {@code \}{@code uXXXX}. */
    private static final int MAX_ESCAPED_BYTES = 6;

    private final boolean active;
    private final String upstream;
    private final byte[] needle;
    private final byte[] upstreamLiteral;
    private final byte[] clientLiteral;

    /** A gate that nothing passes if the names are the same. */
    ModelGate(ModelNames names) {
        active = names.mapped();
        upstream = names.upstream();
        String plain = longestPlainRun(upstream);
        needle = plain.isEmpty() ? KEY : plain.getBytes(StandardCharsets.UTF_8);
        upstreamLiteral = JsonStrings.quote(upstream).getBytes(StandardCharsets.UTF_8);
        clientLiteral = JsonStrings.quote(names.client()).getBytes(StandardCharsets.UTF_8);
    }

    /** Whether there is anything to restore. */
    boolean active() {
        return active;
    }

    /** Whether the name may stand in {@code [from, to)}. */
    boolean mayStandIn(byte[] b, int from, int to) {
        return ByteSearch.indexOf(b, from, to, needle) >= 0;
    }

    /** Whether the string literal {@code [from, to)}, with its quotation marks, is the upstream's name. */
    boolean isUpstream(byte[] b, int from, int to) {
        if (to - from == upstreamLiteral.length && ByteSearch.matches(b, from, upstreamLiteral)) {
            return true;
        }
        return (needle == KEY || mayStandIn(b, from, to)) && JsonText.decode(b, from + 1, to - 1).equals(upstream);
    }

    /** What to put in its place, with quotation marks. */
    byte[] clientLiteral() {
        return clientLiteral;
    }

    /** A longer literal is not the name. */
    int maxLiteralBytes() {
        return upstream.length() * MAX_ESCAPED_BYTES + 2;
    }

    private static String longestPlainRun(String name) {
        String longest = "";
        int from = 0;
        for (int i = 0; i <= name.length(); i++) {
            if (i == name.length() || !isPlain(name.charAt(i))) {
                if (i - from > longest.length()) {
                    longest = name.substring(from, i);
                }
                from = i + 1;
            }
        }
        return longest;
    }

    private static boolean isPlain(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || PLAIN.indexOf(c) >= 0;
    }
}
