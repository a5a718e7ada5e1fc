package sluice.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of text in aligned columns, the first of them to the left, numbers to the right. Confined to one thread. */
final class TextTable {
    private static final int MAX_CELL = 40;

    private final List<List<String>> rows = new ArrayList<>();
    private final int texts;

    /**
     * A table.
     *
     * @param texts how many columns hold text; the others hold numbers
     */
    TextTable(int texts, String... heads) {
        this.texts = texts;
        rows.add(List.of(heads));
    }

    TextTable row(Object... cells) {
        rows.add(Arrays.stream(cells).map(cell -> clean(String.valueOf(cell))).toList());
        return this;
    }

    /** Texts come from clients and upstreams: they must not move a terminal's cursor. */
    static String clean(String text) {
        String plain = text.replaceAll("\\p{Cntrl}", "?");
        return plain.length() <= MAX_CELL ? plain : plain.substring(0, MAX_CELL - 1) + "…";
    }

    @Override
    public String toString() {
        int[] widths = new int[rows.getFirst().size()];
        rows.forEach(row -> Arrays.setAll(widths, i -> i < row.size() ? Math.max(widths[i], row.get(i).length()) : widths[i]));
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String gap = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? "" : "  ").append(i < texts ? row.get(i) + gap : gap + row.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
