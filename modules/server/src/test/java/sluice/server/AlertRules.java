package sluice.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The alert rules of {@code packaging/}, and whether one fires between two looks at a gateway: as much of Prometheus' language as the
 * rules use. What a rule waits for ({@code for}) is left out, for that is Prometheus' part.
 */
final class AlertRules {
    private static final Path FILE = Path.of("../../packaging/monitoring/alerts.yaml");
    private static final Pattern RULE = Pattern.compile("- alert: (\\w+)\n +expr: (.+)");
    private static final Pattern COMPARED = Pattern.compile("(.+) (==|<|>=|>) ([0-9.]+)");
    private static final Pattern TERM = Pattern.compile("(?:(?:sum|max) by \\(([a-z, ]+)\\) \\()?(?:(rate|increase|min_over_time)\\()?"
            + "([a-z_]+)(?:\\{([^}]*)})?(?:\\[\\w+])?\\)*");
    private static final Pattern QUANTILE = Pattern.compile("histogram_quantile\\(([0-9.]+), sum by \\(instance, le\\) "
            + "\\(rate\\(([a-z_]+)\\[\\w+]\\)\\)\\) > ([0-9.]+)");
    private static final Pattern MATCHER = Pattern.compile("([a-z_]+)(=~?)\"([^\"]*)\"");
    private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)(?:\\{(.*)})? ([0-9.E+-]+)");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

    private final Map<String, String> rules = new TreeMap<>();

    AlertRules() throws IOException {
        RULE.matcher(Files.readString(FILE)).results().forEach(rule -> rules.put(rule.group(1), rule.group(2)));
    }

    /** The names of all rules. */
    java.util.Set<String> names() {
        return rules.keySet();
    }

    /** Whether a rule fires for any of its label sets. */
    boolean fires(String name, String before, String after) {
        return java.util.Arrays.stream(rules.get(name).split(" and ")).allMatch(part -> holds(part, before, after));
    }

    private static boolean holds(String part, String before, String after) {
        Matcher quantile = QUANTILE.matcher(part);
        if (quantile.matches()) {
            return quantile(quantile.group(2), Double.parseDouble(quantile.group(1)), before, after)
                    > Double.parseDouble(quantile.group(3));
        }
        Matcher compared = COMPARED.matcher(part);
        if (!compared.matches()) {
            throw new IllegalArgumentException(part);
        }
        double bound = Double.parseDouble(compared.group(3));
        DoubleBinaryOperator fires = switch (compared.group(2)) {
            case "==" -> (value, limit) -> value == limit ? 1 : 0;
            case ">=" -> (value, limit) -> value >= limit ? 1 : 0;
            case "<" -> (value, limit) -> value < limit ? 1 : 0;
            default -> (value, limit) -> value > limit ? 1 : 0;
        };
        return values(compared.group(1), before, after).values().stream().anyMatch(value -> fires.applyAsDouble(value, bound) == 1);
    }

    /** As Prometheus does it: the end of the bucket in which the part lies, on a straight line through it. */
    private static double quantile(String bucket, double part, String before, String after) {
        Map<Double, Double> counts = new TreeMap<>();
        term("sum by (le) (rate(" + bucket + "[5m]))", before, after).forEach((labels, count) -> {
            String end = labels.substring(labels.indexOf('=') + 1, labels.length() - 1);
            counts.put(end.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(end), count);
        });
        double wanted = part * counts.getOrDefault(Double.POSITIVE_INFINITY, 0.0);
        double from = 0;
        double below = 0;
        for (Map.Entry<Double, Double> one : counts.entrySet()) {
            if (one.getValue() >= wanted && one.getValue() > 0) {
                return one.getKey().isInfinite() ? from : from + (one.getKey() - from) * (wanted - below) / (one.getValue() - below);
            }
            from = one.getKey();
            below = one.getValue();
        }
        return 0;
    }

    private static Map<String, Double> values(String expression, String before, String after) {
        String[] sides = expression.split(" / ");
        Map<String, Double> left = term(sides[0], before, after);
        if (sides.length == 1) {
            return left;
        }
        Map<String, Double> right = term(sides[1], before, after);
        Map<String, Double> parts = new TreeMap<>();
        left.forEach((labels, value) -> {
            if (right.getOrDefault(labels, 0.0) != 0) {
                parts.put(labels, value / right.get(labels));
            }
        });
        return parts;
    }

    private static Map<String, Double> term(String text, String before, String after) {
        Matcher term = TERM.matcher(text);
        if (!term.matches()) {
            throw new IllegalArgumentException(text);
        }
        Map<String, Double> now = samples(term, after);
        if ("rate".equals(term.group(2)) || "increase".equals(term.group(2))) {
            Map<String, Double> then = samples(term, before);
            now.replaceAll((labels, value) -> value - then.getOrDefault(labels, 0.0));
        }
        return now;
    }

    private static Map<String, Double> samples(Matcher term, String page) {
        Map<String, Double> found = new TreeMap<>();
        page.lines().map(SAMPLE::matcher).filter(Matcher::matches).filter(sample -> sample.group(1).equals(term.group(3)))
                .forEach(sample -> {
                    Map<String, String> labels = new TreeMap<>();
                    LABEL.matcher(sample.group(2) == null ? "" : sample.group(2)).results()
                            .forEach(label -> labels.put(label.group(1), label.group(2)));
                    if (MATCHER.matcher(term.group(4) == null ? "" : term.group(4)).results().allMatch(one -> one.group(2).equals("=")
                            ? labels.getOrDefault(one.group(1), "").equals(one.group(3))
                            : labels.getOrDefault(one.group(1), "").matches(one.group(3)))) {
                        if (term.group(1) != null) {
                            labels.keySet().retainAll(java.util.List.of(term.group(1).split(", ")));
                        }
                        found.merge(labels.toString(), Double.parseDouble(sample.group(3)), Double::sum);
                    }
                });
        return found;
    }
}
