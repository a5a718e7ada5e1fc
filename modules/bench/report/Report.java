import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns the results of JMH (CSV, with {@code -prof gc}) and the counts of writes into the acceptance report in
 * {@code docs/benchmarks.md}, between its two marks, and into plots beside it. Run by {@code ./dev bench report}.
 */
final class Report {
    private static final String BEGIN = "<!-- report: begin; ./dev bench report writes what stands between the marks -->";
    private static final String END = "<!-- report: end -->";

    private final List<Map<String, String>> rows;
    private final List<String[]> writes;

    private Report(List<Map<String, String>> rows, List<String[]> writes) {
        this.rows = rows;
        this.writes = writes;
    }

    public static void main(String[] arguments) throws IOException {
        Path docs = Path.of(arguments[2]);
        Report report = new Report(csv(Files.readAllLines(Path.of(arguments[0]))),
                Files.readAllLines(Path.of(arguments[1])).stream().map(line -> line.split(",")).toList());
        Path page = docs.resolve("benchmarks.md");
        String text = Files.exists(page) ? Files.readString(page) : "# Benchmarks\n";
        String part = BEGIN + "\n" + report.text(arguments[3]) + END;
        int begin = text.indexOf(BEGIN);
        text = begin < 0 ? text.stripTrailing() + "\n\n" + part + "\n"
                : text.substring(0, begin) + part + text.substring(text.indexOf(END) + END.length());
        Files.writeString(page, text);
        report.plot(docs.resolve("bench-body.svg"), "One request body edited: time by size", "KB of body", "µs", "kilobytes",
                "BodyBenchmark.edit", "body", Map.of("model", "first"));
        report.plot(docs.resolve("bench-accounts.svg"), "One account chosen: time by size of the pool", "accounts", "ns", "accounts",
                "SchedulerBenchmark.select", "scheduler", Map.of());
    }

    private String text(String command) {
        StringBuilder out = new StringBuilder("## The proposal's acceptance criteria\n\n");
        out.append("Written by `").append(command).append("` on ").append(LocalDate.now()).append(": ").append(System.getProperty("os.name"))
                .append(' ').append(System.getProperty("os.arch")).append(", ").append(Runtime.getRuntime().availableProcessors())
                .append(" processors, Java ").append(Runtime.version()).append(".\n\n| criterion | before | after | change | asked | |\n|---|---|---|---|---|---|\n");
        double allocatedBefore = 0;
        double allocatedAfter = 0;
        String alloc = ":gc.alloc.rate.norm";
        for (String[] part : new String[][] {{"BodyBenchmark.edit", "body", "tree", "splice", "kilobytes=200,model=first"},
            {"SchedulerBenchmark.select", "scheduler", "sorting", "layered", "accounts=20"},
            {"StreamBenchmark.relay", "relay", "per-line", "batching", "paced=false,mapped=false"}}) {
            allocatedBefore += score(part[0] + alloc, part[1], part[2], part[4]);
            allocatedAfter += score(part[0] + alloc, part[1], part[3], part[4]);
        }
        allocatedBefore += score("SessionKeyBenchmark.before" + alloc, "", "", "");
        allocatedAfter += score("SessionKeyBenchmark.after" + alloc, "", "", "");
        row(out, "bytes allocated on the hot path of one request (200 KB body, 20 accounts, session key, stream of 1000 events)",
                allocatedBefore, allocatedAfter, -40);
        row(out, "200 KB body from received to sent, µs", score("BodyBenchmark.edit", "body", "tree", "kilobytes=200,model=first"),
                score("BodyBenchmark.edit", "body", "splice", "kilobytes=200,model=first"), -30);
        row(out, "writes of a burst of 1000 events", writes("burst", "per-line"), writes("burst", "batching"), -50);
        row(out, "choosing among 20 accounts, ns", score("SchedulerBenchmark.select", "scheduler", "sorting", "accounts=20"),
                score("SchedulerBenchmark.select", "scheduler", "layered", "accounts=20"), -30);
        row(out, "account list for one request, ns", score("AccountListBenchmark.decoded", "", "", "accounts=20"),
                score("AccountListBenchmark.listed", "", "", "accounts=20"), -100);
        out.append("\nThe last row's new way reads one reference: zero I/O and zero decoding. No global lock in statistics: `docs/locks.md` is held to the sources ")
                .append("by a test; eight threads against one, attempts/ms: sorting ").append(threads("sorting")).append(", layered ")
                .append(threads("layered")).append(".\n\nWith events that come one by one, both relays write each at once: ")
                .append((long) writes("paced", "per-line")).append(" and ").append((long) writes("paced", "batching"))
                .append(" writes.\n\n![body](bench-body.svg) ![accounts](bench-accounts.svg)\n");
        return out.toString();
    }

    private String threads(String scheduler) {
        return String.format(Locale.ROOT, "%.0f → %.0f", score("StatisticsBenchmark.alone", "scheduler", scheduler, ""),
                score("StatisticsBenchmark.eightThreads", "scheduler", scheduler, ""));
    }

    private static void row(StringBuilder out, String name, double before, double after, double asked) {
        double change = (after - before) / before * 100;
        boolean met = asked <= -100 ? change < -99 : change <= asked;
        out.append(String.format(Locale.ROOT, "| %s | %,.1f | %,.1f | %+.1f %% | %.0f %% | %s |%n", name, before, after, change, asked,
                met ? "met" : "**not met**"));
    }

    private double writes(String kind, String relay) {
        return writes.stream().filter(row -> row[0].equals(kind) && row[1].equals(relay)).mapToDouble(row -> Double.parseDouble(row[3]))
                .findFirst().orElseThrow();
    }

    private double score(String benchmark, String param, String value, String others) {
        Map<String, String> wanted = new LinkedHashMap<>();
        if (!param.isEmpty()) {
            wanted.put(param, value);
        }
        for (String other : others.isEmpty() ? new String[0] : others.split(",")) {
            wanted.put(other.split("=")[0], other.split("=")[1]);
        }
        return rows.stream().filter(row -> row.get("Benchmark").equals("sluice.bench." + benchmark))
                .filter(row -> wanted.entrySet().stream().allMatch(e -> e.getValue().equals(row.get("Param: " + e.getKey()))))
                .mapToDouble(row -> Double.parseDouble(row.get("Score"))).findFirst()
                .orElseThrow(() -> new IllegalStateException("no result for " + benchmark + " " + wanted));
    }

    /** Draws one line for each provider, both axes logarithmic. */
    private void plot(Path file, String title, String xName, String yName, String x, String benchmark, String provider,
            Map<String, String> others) throws IOException {
        Map<String, TreeMap<Double, Double>> lines = new TreeMap<>();
        for (Map<String, String> row : rows) {
            if (row.get("Benchmark").equals("sluice.bench." + benchmark)
                    && others.entrySet().stream().allMatch(e -> e.getValue().equals(row.get("Param: " + e.getKey())))) {
                lines.computeIfAbsent(row.get("Param: " + provider), name -> new TreeMap<>())
                        .put(Double.parseDouble(row.get("Param: " + x)), Double.parseDouble(row.get("Score")));
            }
        }
        double[] xs = range(lines.values().stream().flatMap(line -> line.keySet().stream()).toList());
        double[] ys = range(lines.values().stream().flatMap(line -> line.values().stream()).toList());
        StringBuilder out = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 380" font-family="sans-serif" font-size="12">
                <rect width="640" height="380" fill="white"/><text x="20" y="24" font-size="15">%s</text>
                """.formatted(title));
        for (int e = (int) ys[0]; e <= ys[1]; e++) {
            double at = 330 - 280 * (e - ys[0]) / (ys[1] - ys[0]);
            out.append(String.format(Locale.ROOT, "<path d=\"M70 %.1fH610\" stroke=\"#ddd\"/><text x=\"64\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
                    at, at + 4, power(e) + (e == (int) ys[1] ? " " + yName : "")));
        }
        for (int e = (int) xs[0]; e <= xs[1]; e++) {
            double at = 70 + 540 * (e - xs[0]) / (xs[1] - xs[0]);
            out.append(String.format(Locale.ROOT, "<path d=\"M%.1f 50V330\" stroke=\"#ddd\"/><text x=\"%.1f\" y=\"348\" text-anchor=\"middle\">%s</text>%n",
                    at, at, power(e)));
        }
        out.append("<text x=\"340\" y=\"370\" text-anchor=\"middle\">").append(xName).append("</text>\n");
        String[] colours = {"#1f6fb2", "#c8501e", "#3a8f3a"};
        int number = 0;
        for (Map.Entry<String, TreeMap<Double, Double>> line : lines.entrySet()) {
            List<String> points = new ArrayList<>();
            line.getValue().forEach((px, py) -> points.add(String.format(Locale.ROOT, "%.1f,%.1f",
                    70 + 540 * (Math.log10(px) - xs[0]) / (xs[1] - xs[0]), 330 - 280 * (Math.log10(py) - ys[0]) / (ys[1] - ys[0]))));
            String colour = colours[number % colours.length];
            out.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"").append(colour).append("\" points=\"")
                    .append(String.join(" ", points)).append("\"/>\n<text x=\"80\" y=\"").append(66 + 16 * number++).append("\" fill=\"")
                    .append(colour).append("\">").append(line.getKey()).append("</text>\n");
        }
        Files.writeString(file, out.append("</svg>\n"), StandardCharsets.UTF_8);
    }

    /** Whole powers of ten around the values, at least one apart. */
    private static double[] range(List<Double> values) {
        double low = Math.floor(Math.log10(values.stream().min(Double::compare).orElseThrow()));
        double high = Math.ceil(Math.log10(values.stream().max(Double::compare).orElseThrow()));
        return new double[] {low, Math.max(high, low + 1)};
    }

    private static String power(int exponent) {
        return String.format(Locale.ROOT, exponent < 0 ? "%.3g" : "%,.0f", Math.pow(10, exponent));
    }

    private static List<Map<String, String>> csv(List<String> lines) {
        List<String> names = fields(lines.getFirst());
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            Map<String, String> row = new LinkedHashMap<>();
            List<String> values = fields(line);
            for (int i = 0; i < Math.min(names.size(), values.size()); i++) {
                row.put(names.get(i), values.get(i));
            }
            rows.add(row);
        }
        return rows;
    }

    /** JMH quotes texts and puts no comma into them. */
    private static List<String> fields(String line) {
        return java.util.Arrays.stream(line.split(",", -1)).map(field -> field.replace("\"", "")).toList();
    }
}
