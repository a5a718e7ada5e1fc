package sluice.forward;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import sluice.api.Headers;

/** A fixed set of header names, looked up by length first, so that most lines are passed by without comparing. Immutable. */
final class HeaderNames {
    private static final int LONGEST = 64;
    private static final String[] NONE = {};

    private final String[][] byLength = new String[LONGEST][];

    HeaderNames(String... names) {
        java.util.Arrays.fill(byLength, NONE);
        for (String name : names) {
            String[] same = byLength[name.length()];
            String[] more = java.util.Arrays.copyOf(same, same.length + 1);
            more[same.length] = name;
            byLength[name.length()] = more;
        }
    }

    /** These names, and each spelling of them with underscores for hyphens, which some servers read as the same. */
    static HeaderNames withUnderscores(String... names) {
        List<String> all = new ArrayList<>();
        for (String name : names) {
            List<String> spellings = new ArrayList<>(List.of(""));
            for (String part : name.split("-")) {
                spellings = spellings.stream().flatMap(start -> start.isEmpty() ? Stream.of(part)
                        : Stream.of(start + "-" + part, start + "_" + part)).toList();
            }
            all.addAll(spellings);
        }
        return new HeaderNames(all.toArray(String[]::new));
    }

    /** Whether line {@code index} of {@code headers} has one of the names. */
    boolean contains(Headers headers, int index) {
        int length = headers.nameBytes(index);
        if (length >= LONGEST) {
            return false;
        }
        for (String name : byLength[length]) {
            if (headers.nameIs(index, name)) {
                return true;
            }
        }
        return false;
    }
}
