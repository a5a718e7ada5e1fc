package sluice.clients;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The lines of a {@link SpendingFile}: words with tabs between them, none of which a name or an id can hold. Stateless.
 *
 * <p>{@code sum} tells a whole sum, {@code pending} and {@code done} tell of background work. {@code tx} tells changes that belong
 * together: who wrote it, which of that writer's requests have ended with it, charges, and background work that began or is done.
 * Its last word is a full stop: a line without one was cut off, and nothing of it counts.
 */
final class SpendingLine {
    private static final String TAB = "\t";
    private static final String END = ".";
    private static final int PENDING_WORDS = 11;

    private SpendingLine() {
    }

    /** A request, by the process that wrote it down and its number there. */
    record Ended(String writer, long ticket) { }

    /** One charge of a transaction. */
    record Charge(Allowance.Kind kind, String name, long day, long nanoDollars) { }

    /** A transaction. */
    record Transaction(String writer, List<Ended> ended, List<Charge> charges, List<Pending> began, List<String> done) { }

    static String sum(Allowance.Kind kind, String name, Spending.Sums sums) {
        return String.join(TAB, "sum", kind.name(), name, Long.toString(sums.epochDay()), Long.toString(sums.dayNanoDollars()),
                Long.toString(sums.epochMonth()), Long.toString(sums.monthNanoDollars()));
    }

    static void restore(String[] parts, KeptSums kept) {
        if (parts.length != 7) {
            throw new IllegalArgumentException("a sum has seven words, not " + parts.length);
        }
        kept.whole(Allowance.Kind.valueOf(parts[1]), parts[2], new Spending.Sums(Long.parseLong(parts[3]), Long.parseLong(parts[5]),
                Long.parseLong(parts[4]), Long.parseLong(parts[6]), 0));
    }

    static String of(Pending pending) {
        return "pending" + TAB + words(pending);
    }

    private static String words(Pending pending) {
        Pending.Whose whose = pending.whose();
        Claim claim = pending.claim();
        return String.join(TAB, whose.client(), pending.responseId(), whose.team(), whose.account(), pending.requestId(),
                Long.toString(pending.epochMillis()), word(claim.model()), word(claim.tier()), Long.toString(claim.inputTokens()),
                Long.toString(claim.outputTokens()), Long.toString(pending.nanoDollars()));
    }

    /** Models and tiers are texts of clients. */
    private static String word(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    static Pending pending(String line) {
        String[] parts = line.split(TAB, -1);
        if (parts.length != PENDING_WORDS + 1) {
            throw new IllegalArgumentException("pending work has twelve words, not " + parts.length);
        }
        return pending(parts, 1);
    }

    private static Pending pending(String[] parts, int at) {
        return new Pending(parts[at + 4], Long.parseLong(parts[at + 5]), new Pending.Whose(parts[at], parts[at + 2], parts[at + 3]),
                parts[at + 1], new Claim(parts[at + 6], parts[at + 7], Long.parseLong(parts[at + 8]), Long.parseLong(parts[at + 9]), true),
                Long.parseLong(parts[at + 10]));
    }

    /** What names pending work: client and response. */
    static String key(Pending pending) {
        return pending.whose().client() + TAB + pending.responseId();
    }

    /** The line of changes that belong together. */
    static String transaction(String writer, List<Ended> ended, Map<Allowance, Map<Long, Long>> charges, List<String> pending) {
        StringBuilder line = new StringBuilder("tx").append(TAB).append(writer);
        ended.forEach(one -> line.append("\ti\t").append(one.writer()).append(TAB).append(one.ticket()));
        charges.forEach((allowance, days) -> days.forEach((day, nanoDollars) -> line.append("\tc\t").append(allowance.kind())
                .append(TAB).append(allowance.name()).append(TAB).append(day).append(TAB).append(nanoDollars)));
        pending.forEach(one -> line.append(TAB).append(one));
        return line.append(TAB).append(END).toString();
    }

    /** In a transaction: work that began. */
    static String began(Pending pending) {
        return "p" + TAB + words(pending);
    }

    /** In a transaction: work that is done. */
    static String done(Pending pending) {
        return "d" + TAB + key(pending);
    }

    static Transaction transaction(String[] parts) {
        if (!parts[parts.length - 1].equals(END)) {
            throw new IllegalArgumentException("cut off");
        }
        Transaction read = new Transaction(parts[1], new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        int at = 2;
        while (at < parts.length - 1) {
            at = switch (parts[at]) {
                case "i" -> {
                    read.ended.add(new Ended(parts[at + 1], Long.parseLong(parts[at + 2])));
                    yield at + 3;
                }
                case "c" -> {
                    read.charges.add(new Charge(Allowance.Kind.valueOf(parts[at + 1]), parts[at + 2], Long.parseLong(parts[at + 3]),
                            Long.parseLong(parts[at + 4])));
                    yield at + 5;
                }
                case "p" -> {
                    read.began.add(pending(parts, at + 1));
                    yield at + 1 + PENDING_WORDS;
                }
                case "d" -> {
                    read.done.add(parts[at + 1] + TAB + parts[at + 2]);
                    yield at + 3;
                }
                default -> throw new IllegalArgumentException("'" + parts[at] + "' among " + Arrays.toString(parts));
            };
        }
        return read;
    }
}
