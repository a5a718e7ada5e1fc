package sluice.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code /metrics} says at one moment. Remembers which metrics it was asked for. */
final class MetricsPage {
    private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)(?:\\{(.*)})? ([0-9.E+-]+)");

    private final Map<String, Double> samples = new TreeMap<>();
    private final Set<String> asked;

    private MetricsPage(String page, Set<String> asked) {
        this.asked = asked;
        page.lines().map(SAMPLE::matcher).filter(Matcher::matches).forEach(sample -> samples.put(sample.group(1) + "{"
                + (sample.group(2) == null ? "" : sample.group(2)) + "}", Double.parseDouble(sample.group(3))));
    }

    /** Reads the page of a gateway. */
    static MetricsPage of(URI admin) throws IOException, InterruptedException {
        return of(admin, new TreeSet<>());
    }

    /** The same; names that it is asked for are put into {@code asked}. */
    static MetricsPage of(URI admin, Set<String> asked) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return new MetricsPage(http.send(HttpRequest.newBuilder(admin.resolve("/metrics")).build(),
                    HttpResponse.BodyHandlers.ofString()).body(), asked);
        }
    }

    /** The sum of a metric's samples that have all these labels, such as {@code status="200"}. */
    double of(String name, String... labels) {
        asked.add(name.replaceFirst("_seconds_(count|sum|bucket)$", "_seconds"));
        return samples.entrySet().stream().filter(sample -> sample.getKey().startsWith(name + "{")
                && List.of(labels).stream().allMatch(sample.getKey()::contains)).mapToDouble(Map.Entry::getValue).sum();
    }
}
