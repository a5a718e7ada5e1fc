package sluice.gauge;

import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Writes both sides beside each other. Stateless. */
final class Table {
    /** Below that many answers, the slowest hundredth is one or two requests. */
    private static final int MIN_FOR_P99 = 200;

    private Table() {
    }

    static String of(Result direct, Result through, boolean stream) {
        StringBuilder out = new StringBuilder(String.format("%-34s %12s %12s %12s%n", "", "direct", "through", "added"));
        String first = stream ? "time to first event" : "time to first byte";
        time(out, first + ", p50", direct, through, Sample::firstByteNanos, 50);
        time(out, first + ", p99", direct, through, Sample::firstByteNanos, 99);
        time(out, "whole answer, p50", direct, through, Sample::totalNanos, 50);
        time(out, "whole answer, p99", direct, through, Sample::totalNanos, 99);
        rate(out, "requests/s answered", direct.perSecond(), through.perSecond());
        if (stream) {
            rate(out, "events/s", direct.eventsPerSecond(), through.eventsPerSecond());
        }
        out.append(String.format("%-34s %12d %12d%n", "answered", direct.answered(), through.answered()));
        out.append(String.format("%-34s %12d %12d%n", "failed", direct.failed(), through.failed()));
        out.append(String.format(Locale.ROOT, "%-34s %12s %12s%n", "CPU of the gateway per request", "", through.cpuPerRequest()
                .map(time -> String.format(Locale.ROOT, "%.0f µs", time.toNanos() / 1e3)).orElse("unknown")));
        direct.failures().forEach((why, count) -> out.append(String.format("direct, failed %d times: %s%n", count, why)));
        through.failures().forEach((why, count) -> out.append(String.format("through, failed %d times: %s%n", count, why)));
        if (Math.min(direct.answered(), through.answered()) < MIN_FOR_P99) {
            out.append(String.format("fewer than %d answers on a side: its p99 is an anecdote%n", MIN_FOR_P99));
        }
        return out.toString();
    }

    private static void time(StringBuilder out, String name, Result direct, Result through, ToLongFunction<Sample> time,
            double percent) {
        Optional<Long> before = direct.percentile(time, percent);
        Optional<Long> after = through.percentile(time, percent);
        Optional<Long> added = before.flatMap(b -> after.map(a -> a - b));
        out.append(String.format("%-34s %12s %12s %12s%n", name, millis(before, "%.2f ms"), millis(after, "%.2f ms"),
                millis(added, "%+.2f ms")));
    }

    private static void rate(StringBuilder out, String name, double direct, double through) {
        out.append(String.format(Locale.ROOT, "%-34s %12.1f %12.1f%n", name, direct, through));
    }

    private static String millis(Optional<Long> nanos, String format) {
        return nanos.map(value -> String.format(Locale.ROOT, format, value / 1e6)).orElse("-");
    }
}
