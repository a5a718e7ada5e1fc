package sluice.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What benchmarks gave. Confined to one thread. */
final class Figures {
    /**
     * One benchmark with its parameters.
     *
     * @param benchmark class and method, without the package
     * @param score time for an operation, or operations in a time, in the benchmark's own unit
     * @param bytes allocated by an operation
     * @param p99 the score that 99 of 100 operations do not exceed, where single operations were timed; else the score
     */
    record Figure(String benchmark, Map<String, String> parameters, double score, double bytes, double p99) {
        Figure {
            parameters = Map.copyOf(parameters);
        }
    }

    private final List<Figure> all = new ArrayList<>();

    void add(Figure figure) {
        all.add(figure);
    }

    /**
     * The figure of a benchmark.
     *
     * @param parameters such as {@code kilobytes=200}; others are free
     * @throws IllegalStateException if there is none
     */
    Figure of(String benchmark, String... parameters) {
        Map<String, String> wanted = new LinkedHashMap<>();
        for (String parameter : parameters) {
            int sign = parameter.indexOf('=');
            wanted.put(parameter.substring(0, sign), parameter.substring(sign + 1));
        }
        return all.stream().filter(figure -> figure.benchmark.equals(benchmark))
                .filter(figure -> figure.parameters.entrySet().containsAll(wanted.entrySet())).findFirst()
                .orElseThrow(() -> new IllegalStateException("no figure of " + benchmark + " with " + wanted));
    }

    double score(String benchmark, String... parameters) {
        return of(benchmark, parameters).score();
    }

    double bytes(String benchmark, String... parameters) {
        return of(benchmark, parameters).bytes();
    }

    /**
     * One line of a plot for each value of {@code line}: the scores by the values of {@code x}.
     *
     * @param fixed such as {@code model=first}
     */
    Map<String, TreeMap<Double, Double>> lines(String benchmark, String line, String x, String... fixed) {
        Map<String, TreeMap<Double, Double>> lines = new TreeMap<>();
        for (Figure figure : all) {
            boolean fits = figure.benchmark.equals(benchmark);
            for (String parameter : fixed) {
                fits &= parameter.equals(parameter.split("=")[0] + "=" + figure.parameters.get(parameter.split("=")[0]));
            }
            if (fits) {
                lines.computeIfAbsent(figure.parameters.get(line), name -> new TreeMap<>())
                        .put(Double.parseDouble(figure.parameters.get(x)), figure.score);
            }
        }
        return lines;
    }
}
