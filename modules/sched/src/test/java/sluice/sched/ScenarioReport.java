package sluice.sched;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes the results of the {@link Scenarios} into docs/scheduling.md, between its two marks, and the plots beside it. */
final class ScenarioReport {
    private static final String BEGIN = "<!-- results -->\n";
    private static final String END = "<!-- end of results -->";
    private static final List<String> COLORS = List.of("#2563eb", "#d97706", "#059669", "#9333ea");

    private ScenarioReport() {
    }

    /** The argument is the docs folder. */
    public static void main(String[] arguments) throws IOException {
        Path docs = Path.of(arguments[0]);
        StringBuilder out = new StringBuilder();
        policies(out);
        plot(docs, out, "slowdown-left", "Account a takes 8 s longer from minute 20, histories are short: it is left",
                Scenarios.slowdown(8_000, 1_000), List.of("a", "b", "c"));
        plot(docs, out, "slowdown-kept", "Account a takes 0.7 s longer, histories are long: it is kept",
                Scenarios.slowdown(700, 3_000), List.of("a", "b", "c"));
        plot(docs, out, "weights", "Weights 1, 2, 3, 4", Scenarios.weights(), List.of("w1", "w2", "w3", "w4"));
        plot(docs, out, "tiers", "Both main accounts fail from minute 20 to 25; the spare is in a higher tier", Scenarios.tiers(),
                List.of("main-1", "main-2", "spare"));
        plot(docs, out, "recovery", "Account a fails from minute 20 to 25", Scenarios.recovery(), List.of("a", "b", "c"));
        storms(out);
        quotas(docs, out);
        Path page = docs.resolve("scheduling.md");
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        Files.writeString(page, text.substring(0, begin) + out + text.substring(text.indexOf(END)));
    }

    private static void policies(StringBuilder out) {
        out.append("| policy | TTFT p50 | p99 | mean | input from cache |\n|---|---|---|---|---|\n");
        for (World.Policy policy : World.Policy.values()) {
            World world = Scenarios.busy(policy);
            double mean = world.turns.stream().mapToDouble(World.Turn::ttftMillis).average().orElse(0);
            out.append(String.format(Locale.ROOT, "| %s | %.0f ms | %.0f ms | %.0f ms | %.1f %% |%n",
                    policy.name().toLowerCase(Locale.ROOT).replace('_', ' '), world.ttftMillis(0.5), world.ttftMillis(0.99), mean,
                    100 * world.cacheHits()));
        }
        out.append('\n');
    }

    /** What is left of eight plans at their renewals, by how much is asked for. */
    private static void quotas(Path docs, StringBuilder out) throws IOException {
        out.append("Eight accounts of different size with windows of five hours and of a week, five weeks of work by ")
                .append("day. Left at the renewals, and refused, by how much is asked for of what is paid for:\n\n| asked for |");
        for (QuotaWorld.Policy policy : QuotaWorld.Policy.values()) {
            out.append(' ').append(policy.name().toLowerCase(Locale.ROOT).replace('_', ' ')).append(" |");
        }
        out.append("\n|---|---|---|---|\n");
        double[] demands = {0.7, 0.8, 0.9, 1.0, 1.1, 1.2};
        Map<QuotaWorld.Policy, StringBuilder> points = new EnumMap<>(QuotaWorld.Policy.class);
        for (double demand : demands) {
            out.append(String.format(Locale.ROOT, "| %.0f %% |", 100 * demand));
            for (QuotaWorld.Policy policy : QuotaWorld.Policy.values()) {
                QuotaWorld world = new QuotaWorld(policy).run(demand);
                out.append(String.format(Locale.ROOT, " %.1f %% left, %.1f %% refused |", 100 * world.unused(), 100 * world.refused()));
                points.computeIfAbsent(policy, made -> new StringBuilder()).append(String.format(Locale.ROOT, "%.1f,%.1f ",
                        50 + 570 * (demand - demands[0]) / (demands[demands.length - 1] - demands[0]), 200 - 450 * world.unused()));
            }
            out.append('\n');
        }
        StringBuilder svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 240\" "
                + "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"640\" height=\"240\" fill=\"white\"/>\n"
                + "<path d=\"M50 20V200H620\" fill=\"none\" stroke=\"#888\"/>\n<text x=\"8\" y=\"24\">40 %</text>\n"
                + "<text x=\"22\" y=\"204\">0 %</text>\n<text x=\"50\" y=\"216\">70 %</text>\n"
                + "<text x=\"500\" y=\"216\">120 % asked for</text>\n");
        for (QuotaWorld.Policy policy : QuotaWorld.Policy.values()) {
            String color = COLORS.get(policy.ordinal());
            svg.append(String.format("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
                    points.get(policy).toString().strip(), color));
            svg.append(String.format("<text x=\"%d\" y=\"234\" fill=\"%s\">%s</text>%n", 60 + 150 * policy.ordinal(), color,
                    policy.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
        }
        Files.writeString(docs.resolve("scheduling-quotas.svg"), svg.append("</svg>\n"));
        out.append("\n![Share of eight plans that is left at their renewals](scheduling-quotas.svg)\n\n");
    }

    private static void storms(StringBuilder out) {
        out.append("| storm of 429 on all accounts | served | refused | longest wait | Retry-After told |\n|---|---|---|---|---|\n");
        for (int seconds : new int[] {20, 120}) {
            World world = Scenarios.storm(seconds);
            String told = world.refused.isEmpty() ? "none" : String.format(Locale.ROOT, "%.1f to %.1f s",
                    world.refused.stream().mapToDouble(one -> one.retryAfter().toMillis() / 1e3).min().orElse(0),
                    world.refused.stream().mapToDouble(one -> one.retryAfter().toMillis() / 1e3).max().orElse(0));
            out.append(String.format(Locale.ROOT, "| %d s | %d | %d | %.1f s | %s |%n", seconds, world.turns.size(),
                    world.refused.size(), world.longestWaitMillis() / 1e3, told));
        }
        out.append('\n');
    }

    private static void plot(Path docs, StringBuilder out, String name, String title, World world, List<String> accounts)
            throws IOException {
        double end = world.turns.stream().mapToDouble(World.Turn::seconds).max().orElse(1);
        int bins = 40;
        StringBuilder svg = new StringBuilder("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 240\" "
                + "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"640\" height=\"240\" fill=\"white\"/>\n");
        svg.append("<path d=\"M50 20V200H620\" fill=\"none\" stroke=\"#888\"/>\n<text x=\"8\" y=\"24\">100 %</text>\n"
                + "<text x=\"22\" y=\"204\">0 %</text>\n");
        svg.append(String.format(Locale.ROOT, "<text x=\"560\" y=\"220\">%.0f min</text>%n", end / 60));
        for (int a = 0; a < accounts.size(); a++) {
            StringBuilder points = new StringBuilder();
            for (int bin = 0; bin < bins; bin++) {
                double share = world.share(accounts.get(a), bin * end / bins, (bin + 1) * end / bins);
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", 50 + 570 * (bin + 0.5) / bins, 200 - 180 * share));
            }
            svg.append(String.format("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
                    points.toString().strip(), COLORS.get(a)));
            svg.append(String.format("<text x=\"%d\" y=\"234\" fill=\"%s\">%s</text>%n", 60 + 80 * a, COLORS.get(a), accounts.get(a)));
        }
        Files.writeString(docs.resolve("scheduling-" + name + ".svg"), svg.append("</svg>\n"));
        out.append("**").append(title).append(".** Share of the turns by time:\n\n![").append(title).append("](scheduling-")
                .append(name).append(".svg)\n\n");
    }
}
