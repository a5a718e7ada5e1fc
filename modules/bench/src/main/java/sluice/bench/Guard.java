package sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@code ./dev bench guard}: the image beside one of a former release, in the same interleaved rounds of the rig, and what has become
 * slower. A figure is the median over the rounds, a ratio is of the same round.
 */
final class Guard {
    private static final String USUAL = "json-1k,json-200k,sse-100x5ms,sse-500x50ms,sse-burst,sse-each,rate-500,idle-5000";
    private static final String FORMER = "former";
    private static final String NOW = "now";
    /** A figure counts as worse when its median is so much larger, and no round has it better. */
    private static final double WORSE = 1.03;
    /** Means something only where a process holds streams and does nothing else. */
    private static final Figure FOR_EACH_STREAM = new Figure("RSS KB/stream", "gateway.rss_kb_per_conn");
    private static final List<Figure> FIGURES = List.of(
            new Figure("CPU µs/request", "gateway.cpu_us_per_request"),
            new Figure("CPU ms/1000 events", "gateway.cpu_ms_per_1k_events"),
            new Figure("latency p50 µs", "latency_us.p50"), new Figure("latency p99 µs", "latency_us.p99"),
            new Figure("first event p99 µs", "ttft_us.p99"), new Figure("gap p99 µs", "gap_us.p99"),
            new Figure("peak RSS MB", "gateway.rss_mb_peak"), FOR_EACH_STREAM);

    private record Figure(String words, String path) { }

    private final Rig rig;
    private final Path formerLauncher;
    private final Path launcher;
    private final int rounds;
    private final List<String> worse = new ArrayList<>();

    private Guard(Rig rig, Path formerLauncher, Path launcher, int rounds) {
        this.rig = rig;
        this.formerLauncher = formerLauncher;
        this.launcher = launcher;
        this.rounds = rounds;
    }

    /**
     * The image's launcher, the folder of the documentation, the rig's folder, the former image's launcher; then, in any order, a
     * number of rounds and names of workloads with commas between them.
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 4 || !Rig.isIn(Path.of(arguments[2])) || !Files.isExecutable(Path.of(arguments[3]))) {
            System.err.println("usage: ./dev bench guard RIG FORMER [ROUNDS] [WORKLOAD,…]   "
                    + "(RIG: the rig's folder; FORMER: bin/sluice of the image to compare with)");
            System.exit(2);
        }
        int rounds = 5;
        String workloads = USUAL;
        for (int i = 4; i < arguments.length; i++) {
            if (arguments[i].matches("\\d+")) {
                rounds = Integer.parseInt(arguments[i]);
            } else {
                workloads = arguments[i];
            }
        }
        Rig rig = new Rig(Path.of(arguments[2]).toAbsolutePath(), Files.createTempDirectory("sluice-guard"));
        Guard guard = new Guard(rig, Path.of(arguments[3]), Path.of(arguments[0]), rounds);
        String text = guard.measure(workloads.split(","));
        System.out.println(text);
        if (workloads.equals(USUAL)) {
            MarkedPage.write(Path.of(arguments[1], "benchmarks.md"), "guard", "./dev bench guard", text);
        }
    }

    private String measure(String[] workloads) throws IOException, InterruptedException {
        rig.start("upstream", "nginx1");
        StringBuilder rows = new StringBuilder("| workload | figure | former | now | ratio in each round | median |\n"
                + "|---|---|---|---|---|---|\n");
        for (String workload : workloads) {
            System.out.println(workload);
            try (ImageProcess former = rig.gateway(formerLauncher, FORMER, "body: splice");
                    ImageProcess now = rig.gateway(launcher, NOW, "body: splice")) {
                String targets = "nginx1," + Rig.target(FORMER, former) + "," + Rig.target(NOW, now);
                if (workload.startsWith("rate")) {
                    // At a usual rate a process that has just started compiles for minutes: at full load it is done with that soon.
                    rig.measure("json-1k", targets, FORMER, 1);
                }
                JsonNode results = rig.measure(workload, targets, FORMER, rounds);
                FIGURES.forEach(figure -> rows.append(row(workload, figure, RigResults.byRound(results.path(FORMER), figure.path()),
                        RigResults.byRound(results.path(NOW), figure.path()))));
            }
        }
        return "## Beside the former release\n\nWritten by `./dev bench guard`: " + Machine.words() + ". " + rounds
                + " interleaved rounds, both images with all of their work; rates behind a round of `json-1k`, for a process that has just"
                + " started still compiles at them. A figure is called worse when its median is more than 3 %"
                + " larger and no round has it better.\n\n" + rows + "\nWorse: "
                + (worse.isEmpty() ? "nothing" : String.join(", ", worse)) + ".\n";
    }

    private String row(String workload, Figure figure, double[] former, double[] now) {
        double[] ratios = new double[Math.min(former.length, now.length)];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = former[i] > 0 ? now[i] / former[i] : Double.NaN;
        }
        double[] told = Arrays.stream(ratios).filter(ratio -> !Double.isNaN(ratio)).toArray();
        if (told.length == 0 || figure == FOR_EACH_STREAM && !workload.startsWith("idle")) {
            return "";
        }
        double median = RigResults.median(Arrays.stream(told).boxed().toList());
        boolean isWorse = median > WORSE && Arrays.stream(told).allMatch(ratio -> ratio > 1);
        if (isWorse) {
            worse.add("`" + workload + "` " + figure.words());
        }
        StringBuilder inEachRound = new StringBuilder();
        for (double ratio : told) {
            inEachRound.append(inEachRound.isEmpty() ? "" : " ").append(String.format(Locale.ROOT, "%.2f", ratio));
        }
        return String.join(" | ", "| `" + workload + "`", figure.words(), RigResults.plain(RigResults.median(RigResults.values(former))),
                RigResults.plain(RigResults.median(RigResults.values(now))), inEachRound,
                String.format(Locale.ROOT, "%.2f", median) + (isWorse ? " **worse**" : "")) + " |\n";
    }
}
