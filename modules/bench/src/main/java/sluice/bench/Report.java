package sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs the benchmarks of the thirteen optimisations, of bodies and of scheduling, and writes their tables and plots into the
 * documentation. Run by {@code ./dev bench report}.
 */
public final class Report {
    private static final String ALLOCATED = "BodyBenchmark.edit";
    private static final String SELECT = "SchedulerBenchmark.select";
    private static final List<Integer> SIZES = List.of(2, 50, 200, 500, 11264);
    private static final List<Integer> POOLS = List.of(5, 20, 100, 1000, 10_000);

    private final Figures figures;

    private Report(Figures figures) {
        this.figures = figures;
    }

    /** The folder of the documentation; then, only to see that all runs, {@code --quick}, which writes no file. */
    public static void main(String[] arguments) throws IOException, RunnerException {
        Path docs = Path.of(arguments[0]);
        boolean quick = arguments.length > 1 && arguments[1].equals("--quick");
        BenchmarkPlan plan = new BenchmarkPlan(quick);
        Figures figures = plan.run();
        String command = "`./dev bench report" + (quick ? " --quick" : "") + "`";
        String text = markdown(figures, "Written by " + command + ": " + Machine.words() + ". " + plan.words() + ".",
                Runtime.getRuntime().availableProcessors());
        System.out.println(text);
        if (quick) {
            return;
        }
        MarkedPage.write(docs.resolve("benchmarks.md"), "report", "./dev bench report", text);
        Files.writeString(docs.resolve("bench-body.svg"), LinePlot.svg("One request body edited: time by size", "KB of body", "µs",
                figures.lines(ALLOCATED, "body", "kilobytes", "model=first")));
        Files.writeString(docs.resolve("bench-accounts.svg"), LinePlot.svg("One account chosen: time by size of the pool",
                "accounts", "ns", figures.lines(SELECT, "scheduler", "accounts")));
    }

    /** All tables. */
    static String markdown(Figures figures, String measured, int processors) {
        Report report = new Report(figures);
        return "## The thirteen optimisations\n\n" + measured + "\nBefore is the provider of `modules/baseline` that the last column "
                + "switches on, after the one that runs without it. A ratio says how many times less time or memory.\n\n"
                + ThirteenRows.markdown(figures, processors) + "\n### Bodies by size\n\n" + report.bodies()
                + "\n![one body edited](bench-body.svg)\n\n### Scheduling by size\n\n" + report.scheduling()
                + "\n![one account chosen](bench-accounts.svg)\n\n### The proposal's acceptance criteria\n\n" + report.criteria();
    }

    private String bodies() {
        StringBuilder out = new StringBuilder("Scanned, asked for its fields, `model` mapped, written. Scan: the same body only "
                + "scanned and checked.\n\n"
                + "| KB | `model` | tree µs | splice µs | ratio | tree B/op | splice B/op | less | scan µs | scan GB/s |\n"
                + "|---|---|---|---|---|---|---|---|---|---|\n");
        for (int size : SIZES) {
            for (String model : List.of("first", "last")) {
                String[] tree = {"kilobytes=" + size, "model=" + model, "body=tree"};
                String[] splice = {"kilobytes=" + size, "model=" + model, "body=splice"};
                String scan = " | |";
                if (model.equals("first")) {
                    double micros = figures.score("BodyBenchmark.scan", "kilobytes=" + size, "body=splice");
                    scan = String.format(Locale.ROOT, " %s | %.2f |", ThirteenRows.number(micros),
                            CodexBodies.request(size * 1024, false).length / micros / 1000);
                }
                out.append(String.format(Locale.ROOT, "| %d | %s | %s | %s | %.1f× | %s | %s | %.1f %% |%s%n", size, model,
                        ThirteenRows.number(figures.score(ALLOCATED, tree)), ThirteenRows.number(figures.score(ALLOCATED, splice)),
                        figures.score(ALLOCATED, tree) / figures.score(ALLOCATED, splice),
                        ThirteenRows.number(figures.bytes(ALLOCATED, tree)), ThirteenRows.number(figures.bytes(ALLOCATED, splice)),
                        100 - 100 * figures.bytes(ALLOCATED, splice) / figures.bytes(ALLOCATED, tree), scan));
            }
        }
        return out.toString();
    }

    private String scheduling() {
        StringBuilder out = new StringBuilder("One selection without a session, and its slot given back; the lease, its decision and "
                + "their record are what is allocated.\n\n"
                + "| accounts | sorting ns | layered ns | ratio | sorting B/op | layered B/op |\n|---|---|---|---|---|---|\n");
        for (int pool : POOLS) {
            Figures.Figure before = figures.of(SELECT, "accounts=" + pool, "scheduler=sorting");
            Figures.Figure after = figures.of(SELECT, "accounts=" + pool, "scheduler=layered");
            out.append(String.format(Locale.ROOT, "| %d | %s | %s | %.1f× | %s | %s |%n", pool, ThirteenRows.number(before.score()),
                    ThirteenRows.number(after.score()), before.score() / after.score(), ThirteenRows.number(before.bytes()),
                    ThirteenRows.number(after.bytes())));
        }
        out.append("\n| | before | after | ratio |\n|---|---|---|---|\n");
        for (String threads : List.of("alone", "eightThreads")) {
            double before = figures.score("StatisticsBenchmark." + threads, "scheduler=locked");
            double after = figures.score("StatisticsBenchmark." + threads, "scheduler=layered");
            out.append(String.format(Locale.ROOT, "| attempts per ms, 20 accounts, %s | %s | %s | %.1f× |%n",
                    threads.equals("alone") ? "1 thread" : "8 threads", ThirteenRows.number(before), ThirteenRows.number(after),
                    after / before));
        }
        Figures.Figure before = figures.of("SessionKeyBenchmark.before");
        Figures.Figure after = figures.of("SessionKeyBenchmark.after");
        return out.append(String.format(Locale.ROOT, "| session key, ns | %s | %s | %.1f× |%n| session key, B/op | %s | %s | |%n",
                ThirteenRows.number(before.score()), ThirteenRows.number(after.score()), before.score() / after.score(),
                ThirteenRows.number(before.bytes()), ThirteenRows.number(after.bytes()))).toString();
    }

    private String criteria() {
        StringBuilder out = new StringBuilder("| criterion | before | after | change | asked | |\n|---|---|---|---|---|---|\n");
        String[] tree = {"body=tree", "kilobytes=200", "model=first"};
        String[] splice = {"body=splice", "kilobytes=200", "model=first"};
        String[] burst = {"paced=false", "mapped=false"};
        double before = figures.bytes(ALLOCATED, tree) + figures.bytes(SELECT, "scheduler=sorting", "accounts=20")
                + figures.bytes("StreamBenchmark.relay", "relay=per-line", burst[0], burst[1])
                + figures.bytes("SessionKeyBenchmark.before");
        double after = figures.bytes(ALLOCATED, splice) + figures.bytes(SELECT, "scheduler=layered", "accounts=20")
                + figures.bytes("StreamBenchmark.relay", "relay=batching", burst[0], burst[1]) + figures.bytes("SessionKeyBenchmark.after");
        criterion(out, "bytes allocated on the hot path of one request (200 KB body, 20 accounts, session key, stream of 1000 events)",
                before, after, -40);
        criterion(out, "200 KB body from received to sent, µs", figures.score(ALLOCATED, tree), figures.score(ALLOCATED, splice), -30);
        criterion(out, "writes of a burst of 1000 events", StreamCounts.of("per-line", false, false).writes(),
                StreamCounts.of("batching", false, false).writes(), -50);
        criterion(out, "choosing among 20 accounts, ns", figures.score(SELECT, "scheduler=sorting", "accounts=20"),
                figures.score(SELECT, "scheduler=layered", "accounts=20"), -30);
        return out.append("\nNo global lock in statistics: `docs/locks.md` is held to the sources by a test. No I/O for the account list: "
                + "row 13. With events that come one by one, both relays write each at once: ")
                .append(StreamCounts.of("per-line", true, false).writes()).append(" and ")
                .append(StreamCounts.of("batching", true, false).writes()).append(" writes.\n").toString();
    }

    private static void criterion(StringBuilder out, String name, double before, double after, double asked) {
        double change = (after - before) / before * 100;
        out.append(String.format(Locale.ROOT, "| %s | %s | %s | %+.1f %% | %.0f %% | %s |%n", name, ThirteenRows.number(before),
                ThirteenRows.number(after), change, asked, change <= asked ? "met" : "**not met**"));
    }
}
