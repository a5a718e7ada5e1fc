package sluice.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import sluice.api.AccountStatus;
import sluice.api.Decision;
import sluice.records.EndedRequest;

/** The Grafana dashboard and the alert rules of {@code packaging/monitoring} name metrics, labels and values that there are. */
class MonitoringExamplesTest {
    private static final Path FOLDER = Path.of("../../packaging/monitoring");
    private static final Path METRICS = Path.of("../../docs/metrics.md");
    private static final Path ERRORS = Path.of("../../docs/errors.md");
    private static final Pattern ROW = Pattern.compile("\\| `([a-z_]+)` \\| ([a-z_` ]*)\\| (counter|gauge|histogram) \\| .+ \\|");
    private static final Pattern NAMED = Pattern.compile("\\b((?:sluice|jvm|process)_[a-z_]+)(?:\\{([^}]*)})?");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)(!?=~?)\"([^\"]*)\"");
    /** Labels that Prometheus adds. */
    private static final Set<String> ADDED = Set.of("instance", "job");

    private record Metric(String type, Set<String> labels) { }

    private static Map<String, Metric> documented() throws IOException {
        Map<String, Metric> found = new HashMap<>();
        for (String line : Files.readAllLines(METRICS)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                Set<String> labels = new TreeSet<>(List.of(row.group(2).replace("`", "").strip().split(" ")));
                found.put(row.group(1), new Metric(row.group(3), labels));
            }
        }
        return found;
    }

    private static List<String> expressions(Path file) throws IOException {
        String text = Files.readString(file);
        Pattern expression = file.toString().endsWith(".json") ? Pattern.compile("\"(?:expr|query)\": \"((?:[^\"\\\\]|\\\\.)*)\"")
                : Pattern.compile("(?m)^ +expr: (.+)$");
        return expression.matcher(text).results().map(match -> match.group(1).replace("\\\"", "\"")).toList();
    }

    private static void check(String expression, Map<String, Metric> metrics) throws IOException {
        Matcher named = NAMED.matcher(expression);
        while (named.find()) {
            boolean buckets = named.group(1).endsWith("_bucket");
            String name = buckets ? named.group(1).substring(0, named.group(1).length() - 7) : named.group(1);
            Metric metric = metrics.get(name);
            assertTrue(metric != null, "there is no metric " + name + ": " + expression);
            assertEquals(buckets, metric.type().equals("histogram"), name + ": buckets are read of histograms, and only of them");
            Matcher label = MATCHER.matcher(named.group(2) == null ? "" : named.group(2));
            while (label.find()) {
                assertTrue(ADDED.contains(label.group(1)) || metric.labels().contains(label.group(1)), name + " has no label "
                        + label.group(1) + ": " + expression);
                if (label.group(2).equals("=")) {
                    checkValue(label.group(1), label.group(3), expression);
                }
            }
        }
        Matcher by = Pattern.compile("by \\(([^)]*)\\) \\(.*?((?:sluice)_[a-z_]+?)(?:_bucket)?\\b(?![a-z_])").matcher(expression);
        while (by.find()) {
            Metric metric = metrics.get(by.group(2));
            Arrays.stream(by.group(1).split(", ")).filter(label -> !label.equals("le") && !ADDED.contains(label)).forEach(label ->
                    assertTrue(metric.labels().contains(label), by.group(2) + " has no label " + label + ": " + expression));
        }
    }

    private static void checkValue(String label, String value, String expression) throws IOException {
        Stream<String> known = switch (label) {
            case "state" -> names(AccountStatus.State.values());
            case "reason" -> names(EndedRequest.Reason.values());
            case "layer" -> names(Decision.Layer.values());
            case "kind" -> Stream.of("input", "cached", "output", "reasoning");
            case "error" -> Stream.of(Files.readString(ERRORS).contains("`" + value + "`") ? value : "");
            default -> Stream.of(value);
        };
        assertTrue(known.anyMatch(value::equals), label + " is never " + value + ": " + expression);
    }

    private static Stream<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(value -> value.name().toLowerCase(Locale.ROOT));
    }

    @Test
    void theDashboardShowsMetricsThatThereAre() throws IOException {
        Path file = FOLDER.resolve("grafana-dashboard.json");
        assertEquals("Sluice", JsonTree.parse(Files.readString(file)).text("title"));
        List<String> expressions = expressions(file);
        assertTrue(expressions.size() >= 20, expressions.toString());
        for (String expression : expressions) {
            check(expression, documented());
        }
    }

    @Test
    void alertsWatchMetricsThatThereAre() throws IOException {
        List<String> expressions = expressions(FOLDER.resolve("alerts.yaml"));
        assertTrue(expressions.size() >= 10, expressions.toString());
        for (String expression : expressions) {
            check(expression, documented());
        }
    }

    @Test
    void theDashboardShowsWhatAlertsWatch() throws IOException {
        Set<String> missing = new TreeSet<>(watched(FOLDER.resolve("alerts.yaml")));
        missing.removeAll(watched(FOLDER.resolve("grafana-dashboard.json")));

        assertEquals(Set.of(), missing, "who is woken by an alert finds its curve");
    }

    private static Set<String> watched(Path file) throws IOException {
        Set<String> names = new TreeSet<>();
        for (String expression : expressions(file)) {
            NAMED.matcher(expression).results().forEach(match -> names.add(match.group(1)));
        }
        return names;
    }
}
