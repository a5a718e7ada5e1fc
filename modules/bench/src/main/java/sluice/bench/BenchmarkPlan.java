package sluice.bench;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the benchmarks of the report, some at a time, with the collector and the object headers that the image has. */
final class BenchmarkPlan {
    private static final String PACKAGE = "sluice.bench.";

    /**
     * Some benchmarks that belong together.
     *
     * @param words what they measure
     * @param benchmark class and method, or a class for all of its methods
     * @param parameters such as {@code kilobytes=2,200}; those not named take all their values
     */
    record Step(String words, String benchmark, String... parameters) { }

    /** All that the report needs; the methods of a class that it does not need are not run. */
    static final List<Step> STEPS = List.of(
            new Step("a body edited, 2 KB to 500 KB", "BodyBenchmark.edit", "kilobytes=2,50,200,500"),
            new Step("a body edited, 11 MB", "BodyBenchmark.edit", "kilobytes=11264"),
            new Step("a body scanned", "BodyBenchmark.scan", "body=splice", "model=first"),
            new Step("a stream relayed", "StreamBenchmark.relay"),
            new Step("a request recorded", "AccountingBenchmark.requestThread", "sink=log"),
            new Step("an account chosen", "SchedulerBenchmark.select"),
            new Step("statistics, one thread", "StatisticsBenchmark.alone"),
            new Step("statistics, eight threads", "StatisticsBenchmark.eightThreads"),
            new Step("a session's key", "SessionKeyBenchmark"),
            new Step("a seat taken, one thread", "SeatsBenchmark.turn"),
            new Step("a seat taken, eight threads", "SeatsBenchmark.contendedTurn"),
            new Step("a body read", "BodyReadBenchmark"),
            new Step("a connection named", "ConnectionIdBenchmark"),
            new Step("the accounts listed", "AccountListBenchmark"));

    private final boolean quick;

    /** A plan; a quick one only shows that everything runs. */
    BenchmarkPlan(boolean quick) {
        this.quick = quick;
    }

    /** Runs everything; says on standard output how far it is. */
    Figures run() throws RunnerException {
        Figures figures = new Figures();
        long start = System.nanoTime();
        for (int i = 0; i < STEPS.size(); i++) {
            Step step = STEPS.get(i);
            System.out.printf("%5d s  %2d/%d  %s (%s)%n", (System.nanoTime() - start) / 1_000_000_000, i + 1, STEPS.size(),
                    step.words, step.benchmark);
            System.out.flush();
            run(step).forEach(result -> figures.add(figure(result)));
        }
        System.out.printf("%5d s  done%n", (System.nanoTime() - start) / 1_000_000_000);
        return figures;
    }

    private Collection<RunResult> run(Step step) throws RunnerException {
        String name = PACKAGE.replace(".", "\\.") + step.benchmark.replace(".", "\\.") + (step.benchmark.contains(".") ? "$" : "\\.");
        ChainedOptionsBuilder options = new OptionsBuilder().include("^" + name).verbosity(VerboseMode.SILENT)
                .addProfiler(GCProfiler.class).shouldFailOnError(true)
                .jvmArgsAppend("-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED")
                .forks(quick ? 1 : 2)
                .warmupIterations(quick ? 1 : 3).warmupTime(TimeValue.milliseconds(quick ? 100 : 500))
                .measurementIterations(quick ? 1 : 4).measurementTime(TimeValue.milliseconds(quick ? 100 : 800));
        for (String parameter : step.parameters) {
            int sign = parameter.indexOf('=');
            options.param(parameter.substring(0, sign), parameter.substring(sign + 1).split(","));
        }
        Collection<RunResult> results = new Runner(options.build()).run();
        if (results.isEmpty()) {
            throw new IllegalStateException("no benchmark is called " + step.benchmark);
        }
        return results;
    }

    private static Figures.Figure figure(RunResult result) {
        Map<String, String> parameters = new HashMap<>();
        for (String key : result.getParams().getParamsKeys()) {
            parameters.put(key, result.getParams().getParam(key));
        }
        Result<?> primary = result.getPrimaryResult();
        double p99 = result.getParams().getMode() == Mode.SampleTime ? primary.getStatistics().getPercentile(99) : primary.getScore();
        Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
        if (bytes == null) {
            throw new IllegalStateException("the profiler told no allocation of " + result.getParams().getBenchmark());
        }
        return new Figures.Figure(result.getParams().getBenchmark().substring(PACKAGE.length()), parameters, primary.getScore(),
                bytes.getScore(), p99);
    }

    /** For people: how it was measured. */
    String words() {
        return (quick ? "A trial with figures that mean nothing: 1 fork, 1 × 100 ms after 1 × 100 ms"
                : "JMH 1.37, 2 forks, 4 × 0.8 s after 3 × 0.5 s of warm-up") + ", `-prof gc`, serial collector and compact object "
                + "headers as in the image";
    }
}
