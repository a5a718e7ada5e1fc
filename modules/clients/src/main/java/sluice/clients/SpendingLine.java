package sluice.clients;

/** The lines of a {@link SpendingFile}: words with tabs between them, none of which a name or an id can hold. Stateless. */
final class SpendingLine {
    private static final String TAB = "\t";

    private SpendingLine() {
    }

    static String of(Allowance allowance, long day) {
        Spending.Sums sums = allowance.spending().at(day);
        return String.join(TAB, "sum", allowance.kind().name(), allowance.name(), Long.toString(sums.epochDay()),
                Long.toString(sums.dayNanoDollars()), Long.toString(sums.epochMonth()), Long.toString(sums.monthNanoDollars()));
    }

    static void restore(String[] parts, Allowances allowances) {
        if (parts.length != 7) {
            throw new IllegalArgumentException("a sum has seven words, not " + parts.length);
        }
        allowances.of(Allowance.Kind.valueOf(parts[1]), parts[2]).spending().restore(new Spending.Sums(Long.parseLong(parts[3]),
                Long.parseLong(parts[5]), Long.parseLong(parts[4]), Long.parseLong(parts[6]), 0));
    }

    static String of(Pending pending) {
        Pending.Whose whose = pending.whose();
        Claim claim = pending.claim();
        return String.join(TAB, "pending", whose.client(), pending.responseId(), whose.team(), whose.account(), pending.requestId(),
                Long.toString(pending.epochMillis()), word(claim.model()), word(claim.tier()), Long.toString(claim.inputTokens()),
                Long.toString(claim.outputTokens()), Long.toString(pending.nanoDollars()));
    }

    /** Models and tiers are texts of clients. */
    private static String word(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    static Pending pending(String line) {
        String[] parts = line.split(TAB, -1);
        if (parts.length != 12) {
            throw new IllegalArgumentException("pending work has twelve words, not " + parts.length);
        }
        return new Pending(parts[5], Long.parseLong(parts[6]), new Pending.Whose(parts[1], parts[3], parts[4]), parts[2],
                new Claim(parts[7], parts[8], Long.parseLong(parts[9]), Long.parseLong(parts[10]), true), Long.parseLong(parts[11]));
    }

    /** What names pending work: client and response. */
    static String key(Pending pending) {
        return pending.whose().client() + TAB + pending.responseId();
    }
}
