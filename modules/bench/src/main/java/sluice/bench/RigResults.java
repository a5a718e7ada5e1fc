package sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the side-by-side rig wrote, as rows of Markdown: each target's ratio to nginx in each round. Stateless. */
final class RigResults {
    /** A round counts as quiet while nginx itself is at most so much slower than in its best one. */
    private static final double QUIET = 1.10;
    private static final String REFERENCE = "nginx1";
    static final String HEAD =
            "| workload | figure | configuration | nginx | gateway | ratio in each round | median | quiet median | asked |\n"
            + "|---|---|---|---|---|---|---|---|---|\n";

    /**
     * A figure of a workload.
     *
     * @param path in a run of the rig
     * @param added whether the difference to nginx is told instead of the ratio
     * @param asked of the median; empty: nothing
     */
    record Figure(String words, String path, boolean added, Optional<Double> asked) { }

    private RigResults() {
    }

    /** What is told of a workload, by its name. */
    static List<Figure> figures(String workload) {
        if (workload.startsWith("idle")) {
            return List.of(new Figure("RSS KB/stream", "gateway.rss_kb_per_conn", false, Optional.empty()));
        }
        if (workload.startsWith("sse") || workload.startsWith("rate-sse")) {
            Optional<Double> asked = switch (workload) {
                case "sse-100x5ms" -> Optional.of(1.5);
                case "sse-burst" -> Optional.of(2.0);
                default -> Optional.empty();
            };
            return List.of(new Figure("CPU ms/1000 events", "gateway.cpu_ms_per_1k_events", false, asked),
                    new Figure("first event p50 µs", "ttft_us.p50", true, Optional.empty()));
        }
        Optional<Double> asked = workload.equals("json-1k") ? Optional.of(2.5)
                : workload.startsWith("json-200k") ? Optional.of(6.0) : Optional.empty();
        return List.of(new Figure("CPU µs/request", "gateway.cpu_us_per_request", false, asked),
                new Figure("latency p50 µs", "latency_us.p50", true, workload.equals("rate-500") ? Optional.of(150.0) : Optional.empty()));
    }

    /** The rows of a workload; {@code targets} are the runs by target, the first configuration is the one that is judged. */
    static String rows(String workload, JsonNode targets, List<String> configurations) {
        StringBuilder out = new StringBuilder();
        for (Figure figure : figures(workload)) {
            double[] reference = byRound(targets.path(REFERENCE), figure.path);
            for (String configuration : configurations) {
                // Only the first one is held to what was asked; the others are what it is compared with.
                Figure held = configuration.equals(configurations.getFirst()) ? figure
                        : new Figure(figure.words, figure.path, figure.added, Optional.empty());
                out.append(row(workload, held, configuration, reference, byRound(targets.path(configuration), figure.path)));
            }
        }
        return out.toString();
    }

    /** The figure in each round; not a number where the round has none. */
    static double[] byRound(JsonNode target, String path) {
        double[] values = {};
        for (JsonNode run : target.path("runs")) {
            int round = run.path("round").asInt();
            if (round >= values.length) {
                int length = values.length;
                values = Arrays.copyOf(values, round + 1);
                Arrays.fill(values, length, round + 1, Double.NaN);
            }
            JsonNode value = run.at("/" + path.replace('.', '/'));
            values[round] = value.isNumber() ? value.asDouble() : Double.NaN;
        }
        return values;
    }

    /** Whether the reference was near its best in this round. */
    static boolean isQuiet(double[] reference, int round) {
        return reference[round] <= QUIET * Arrays.stream(reference).filter(value -> !Double.isNaN(value)).min().orElse(Double.NaN);
    }

    private static String row(String workload, Figure figure, String configuration, double[] reference, double[] own) {
        List<String> rounds = new ArrayList<>();
        List<Double> all = new ArrayList<>();
        List<Double> quiet = new ArrayList<>();
        for (int round = 0; round < Math.min(reference.length, own.length); round++) {
            double compared = figure.added ? own[round] - reference[round] : own[round] / reference[round];
            if (Double.isNaN(compared)) {
                continue;
            }
            boolean isQuiet = isQuiet(reference, round);
            all.add(compared);
            if (isQuiet) {
                quiet.add(compared);
            }
            rounds.add(number(compared, figure.added) + (isQuiet ? "" : "°"));
        }
        String asked = figure.asked.map(most -> "≤ " + (figure.added ? String.format(Locale.ROOT, "%.0f", most) : most)
                + (all.isEmpty() ? "" : median(quiet.isEmpty() ? all : quiet) <= most ? ": met" : ": **not met**")).orElse("");
        return String.join(" | ", "| `" + workload + "`", figure.words, configuration, plain(median(values(reference))),
                plain(median(values(own))), String.join(" ", rounds), number(median(all), figure.added),
                number(median(quiet), figure.added),
                asked) + " |\n";
    }

    /** The rounds that have a figure. */
    static List<Double> values(double[] rounds) {
        return Arrays.stream(rounds).filter(value -> !Double.isNaN(value)).boxed().toList();
    }

    /** Not a number for an empty list. */
    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.isEmpty() ? Double.NaN : sorted.size() % 2 == 1 ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String number(double value, boolean added) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, added ? "%+.0f" : "%.2f", value);
    }

    /** A figure for people. */
    static String plain(double value) {
        return Double.isNaN(value) ? "–" : ThirteenRows.number(value);
    }
}
