package sluice.failures;

import java.util.Locale;

/** Prints {@link FailureRules} for people. Thread-safe. */
public final class FailureTable {
    private FailureTable() {
    }

    /** The table in Markdown; the first row that matches wins. */
    public static String markdown() {
        StringBuilder out = new StringBuilder("""
                | # | failure | when | fault | then | the account | the client, in the end |
                |---|---|---|---|---|---|---|
                """);
        int number = 0;
        for (FailureRules.Rule rule : FailureRules.rules()) {
            out.append("| ").append(++number).append(" | ").append(rule.what()).append(" | ")
                    .append(rule.when().describe().replace("|", "\\|")).append(" | ").append(words(rule.fault()))
                    .append(" | ").append(words(rule.effect())).append(" | ")
                    .append(rule.outcome().map(FailureTable::words).orElse("—")).append(" | ")
                    .append(words(rule.answer())).append(" |\n");
        }
        return out.toString();
    }

    private static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
