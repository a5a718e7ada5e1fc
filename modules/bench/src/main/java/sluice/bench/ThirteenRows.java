package sluice.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The thirteen optimisations as a table: before, after, what was asked, and whether it was reached. Confined to one thread. */
final class ThirteenRows {
    private static final String EDIT = "BodyBenchmark.edit";
    private static final String RELAY = "StreamBenchmark.relay";
    private static final String SELECT = "SchedulerBenchmark.select";
    private static final int CONTENDED_PROCESSORS = 8;

    private final Figures figures;
    private final List<String> rows = new ArrayList<>();

    private ThirteenRows(Figures figures) {
        this.figures = figures;
    }

    /** The table in Markdown. */
    static String markdown(Figures figures, int processors) {
        ThirteenRows table = new ThirteenRows(figures);
        table.bodiesAndStreams();
        table.choosing(processors);
        table.connections();
        return "| # | what | before | after | ratio | asked | verdict | switch in `modules:` |\n|---|---|---|---|---|---|---|---|\n"
                + String.join("", table.rows);
    }

    private void bodiesAndStreams() {
        String[] large = {"kilobytes=200", "model=first"};
        double treeBytes = figures.bytes(EDIT, with(large, "body=tree"));
        double spliceBytes = figures.bytes(EDIT, with(large, "body=splice"));
        timed(1, "body of 200 KB scanned, edited, written; µs", figures.score(EDIT, with(large, "body=tree")),
                figures.score(EDIT, with(large, "body=splice")), 10, "≥ 10×", "body: tree");
        row(1, "the same, bytes allocated", number(treeBytes), number(spliceBytes), percent(treeBytes, spliceBytes), "−95 %",
                spliceBytes <= 0.05 * treeBytes, "body: tree");
        StreamCounts before = StreamCounts.of("per-line", false, true);
        StreamCounts after = StreamCounts.of("batching", false, true);
        row(2, "writes of a burst of " + after.events() + " events", number(before.writes()), number(after.writes()),
                percent(before.writes(), after.writes()), "−80 %", after.writes() <= 0.2 * before.writes(), "relay: per-line");
        long first = StreamCounts.of("per-line", true, false).firstWriteBytes();
        long firstNow = StreamCounts.of("batching", true, false).firstWriteBytes();
        row(2, "first write, events one by one; bytes", number(first), number(firstNow), "", "not delayed", first == firstNow,
                "relay: per-line");
        gate(3, "each event parsed for `model`", true, after.parsed() * 1.0 / after.events(), 0.10, "≥ 90 % unparsed, ≥ 5×");
        StreamCounts unmapped = StreamCounts.of("batching", false, false);
        gate(4, "each event searched for usage", false, unmapped.parsed() * 1.0 / unmapped.events(), 0.05, "≥ 95 % skipped");
        double recorded = figures.score("AccountingBenchmark.requestThread");
        row(5, "one record of a request, from its first byte on; ns to settle and count it", "early refusals lost",
                number(recorded), "", "all recorded", true, "none: `EarlyRefusalsTest`");
    }

    private void gate(int number, String what, boolean mapped, double parsedShare, double allowed, String asked) {
        String[] burst = {"paced=false", "mapped=" + mapped};
        double before = figures.score(RELAY, with(burst, "relay=per-line"));
        double open = figures.score(RELAY, with(burst, "relay=ungated"));
        double after = figures.score(RELAY, with(burst, "relay=batching"));
        row(number, String.format(Locale.ROOT, "%s; µs a stream (%s µs by the new relay without its gate); %.1f %% parsed now", what,
                number(open), parsedShare * 100), number(before), number(after), times(before, after), asked,
                parsedShare <= allowed && before >= 5 * after, "relay: per-line");
    }

    private void choosing(int processors) {
        double before = figures.score(SELECT, "accounts=20", "scheduler=sorting");
        double after = figures.score(SELECT, "accounts=20", "scheduler=layered");
        row(6, "one of 20 accounts chosen; ns", number(before), number(after), percent(before, after), "−40 %",
                after <= 0.6 * before, "scheduler: sorting");
        double growth = figures.score(SELECT, "accounts=10000", "scheduler=layered")
                / figures.score(SELECT, "accounts=100", "scheduler=layered");
        row(6, "one of 10 000 by the new way, to one of 100", "", number(growth) + "×", "", "≤ 150× (n log n: 200×)",
                growth <= 150, "scheduler: sorting");
        double locked = figures.score("StatisticsBenchmark.eightThreads", "scheduler=locked");
        double free = figures.score("StatisticsBenchmark.eightThreads", "scheduler=layered");
        row(7, "attempts chosen, reported and ended by 8 threads on " + processors + " processors; per ms", number(locked),
                number(free), times(free, locked), processors < CONTENDED_PROCESSORS ? "≥ 5× (on ≥ 8 processors)" : "≥ 5×",
                free >= 5 * locked, "LockedScheduler");
        timed(8, "session key; ns", figures.score("SessionKeyBenchmark.before"), figures.score("SessionKeyBenchmark.after"), 5, "≥ 5×",
                "none: keys must not change while a gateway runs");
    }

    private void connections() {
        double swept = figures.of("SeatsBenchmark.contendedTurn", "seating=sweeping").p99();
        double lean = figures.of("SeatsBenchmark.contendedTurn", "seating=lean").p99();
        timed(9, "seat of 128 taken and given back by 8 threads, p99; ns", swept, lean, 5, "≥ 5×", "seats: sweeping");
        row(9, "the same by one thread: nearly all of it under the lock; ns",
                number(figures.score("SeatsBenchmark.turn", "seating=sweeping")),
                number(figures.score("SeatsBenchmark.turn", "seating=lean")),
                times(figures.score("SeatsBenchmark.turn", "seating=sweeping"), figures.score("SeatsBenchmark.turn", "seating=lean")),
                "lock hold measured", true, "seats: sweeping");
        double grown = figures.bytes("BodyReadBenchmark.read", "collector=growing", "kilobytes=500");
        double sized = figures.bytes("BodyReadBenchmark.read", "collector=sized", "kilobytes=500");
        timed(10, "body of 500 KB read; bytes allocated", grown, sized, 2, "≥ 2× less", "collector: growing");
        timed(11, "id of a connection; ns", figures.score("ConnectionIdBenchmark.format"),
                figures.score("ConnectionIdBenchmark.concatenate"), 5, "≥ 5×", "seats: sweeping");
        double handed = figures.score(RELAY, "relay=per-line", "paced=true", "mapped=false");
        double kept = figures.score(RELAY, "relay=ungated", "paced=true", "mapped=false");
        timed(12, "stream of events one by one, by a reader thread with a queue or by the request's thread, both without gates; µs",
                handed, kept, 1, "no hand-off", "relay: per-line");
        double decoded = figures.score("AccountListBenchmark.select", "scheduler=decoding", "accounts=20");
        double listed = figures.score("AccountListBenchmark.select", "scheduler=sorting", "accounts=20");
        timed(13, "one of 20 accounts chosen by the same code, the list read and decoded or a snapshot; ns", decoded, listed, 1,
                "no I/O, no decoding", "scheduler: decoding");
    }

    private void timed(int number, String what, double before, double after, double asked, String words, String yaml) {
        row(number, what, number(before), number(after), times(before, after), words, before >= asked * after, yaml);
    }

    private void row(int number, String what, String before, String after, String ratio, String asked, boolean met, String yaml) {
        rows.add(String.join(" | ", "| " + number, what, before, after, ratio, asked, met ? "met" : "**not met**",
                yaml.startsWith("none") ? yaml : "`" + yaml + "`") + " |\n");
    }

    private static String[] with(String[] parameters, String another) {
        String[] all = java.util.Arrays.copyOf(parameters, parameters.length + 1);
        all[parameters.length] = another;
        return all;
    }

    static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 1000 ? "%.1f" : "%,.0f", value);
    }

    private static String times(double larger, double smaller) {
        return String.format(Locale.ROOT, "%.1f×", larger / smaller);
    }

    private static String percent(double before, double after) {
        return String.format(Locale.ROOT, "%+.1f %%", (after - before) / before * 100).replace('-', '−');
    }
}
