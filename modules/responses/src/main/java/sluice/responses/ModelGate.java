package sluice.responses;

import java.nio.charset.StandardCharsets;
import sluice.api.RelayOptions;
import sluice.json.ByteSearch;
import sluice.json.JsonStrings;
import sluice.json.JsonText;

/**
 * The name to look for and the one to put in its place. The gate looks for that part of the name which every JSON writer
 * leaves as it is, so that {@code org\/name} is found too; of events, those with letters written as escapes do not pass it.
 * Immutable and thread-safe.
 */
public final class ModelGate {
    /** Escaped by none of the usual writers. */
    private static final String PLAIN = "-._:@";
    private static final byte[] KEY = "\"model\"".getBytes(StandardCharsets.UTF_8);
    /** A character of the name as {@code \}{@code uXXXX}. */
    private static final int MAX_ESCAPED_BYTES = 6;
    /** Room for what names an edition, such as {@code -2025-08-07}. */
    private static final int MAX_EDITION_CHARS = 32;
    private static final ModelGate CLOSED = new ModelGate(RelayOptions.Names.SAME);

    private final boolean active;
    private final RelayOptions.Names names;
    private final byte[] needle;
    private final byte[] upstreamLiteral;
    private final byte[] clientLiteral;

    /** A gate for these names, which nothing passes if they are the same. */
    public static ModelGate of(RelayOptions.Names names) {
        return names.mapped() ? new ModelGate(names) : CLOSED;
    }

    private ModelGate(RelayOptions.Names names) {
        active = names.mapped();
        this.names = names;
        String plain = longestPlainRun(names.upstream());
        needle = plain.isEmpty() ? KEY : plain.getBytes(StandardCharsets.UTF_8);
        upstreamLiteral = JsonStrings.quote(names.upstream()).getBytes(StandardCharsets.UTF_8);
        clientLiteral = RestoredNames.literal(names);
    }

    /** Whether there is anything to restore. */
    public boolean active() {
        return active;
    }

    /** Whether the name may stand in {@code [from, to)}. */
    public boolean mayStandIn(byte[] b, int from, int to) {
        return ByteSearch.indexOf(b, from, to, needle) >= 0;
    }

    /** Whether the string literal {@code [from, to)}, with its quotation marks, is the upstream's name, dated or not. */
    public boolean isUpstream(byte[] b, int from, int to) {
        if (to - from == upstreamLiteral.length && ByteSearch.matches(b, from, upstreamLiteral)) {
            return true;
        }
        boolean may = needle == KEY || mayStandIn(b, from, to) || ByteSearch.indexOf(b, from, to, (byte) '\\') < to;
        return may && names.isUpstream(JsonText.decode(b, from + 1, to - 1));
    }

    /** What to put in its place, with quotation marks. */
    public byte[] clientLiteral() {
        return clientLiteral;
    }

    /** A longer literal is not the name. */
    public int maxLiteralBytes() {
        return (names.upstream().length() + MAX_EDITION_CHARS) * MAX_ESCAPED_BYTES + 2;
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
