package sluice.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Draws lines over logarithmic axes as SVG. Stateless. */
final class LinePlot {
    private static final String[] COLOURS = {"#1f6fb2", "#c8501e", "#3a8f3a", "#7a4fa3"};
    private static final int LEFT = 70;
    private static final int WIDTH = 540;
    private static final int BOTTOM = 330;
    private static final int HEIGHT = 280;
    private static final int LINE_HEIGHT = 16;

    private LinePlot() {
    }

    /** A whole SVG document; values of 0 and below are left out, for they have no place on a logarithmic axis. */
    static String svg(String title, String xName, String yName, Map<String, TreeMap<Double, Double>> lines) {
        double[] xs = powers(lines.values().stream().flatMap(line -> line.keySet().stream()).toList());
        double[] ys = powers(lines.values().stream().flatMap(line -> line.values().stream()).toList());
        StringBuilder out = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 380" font-family="sans-serif" font-size="12">
                <rect width="640" height="380" fill="white"/><text x="20" y="24" font-size="15">%s</text>
                """.formatted(title));
        for (int power = (int) ys[0]; power <= ys[1]; power++) {
            double at = BOTTOM - HEIGHT * (power - ys[0]) / (ys[1] - ys[0]);
            out.append(String.format(Locale.ROOT,
                    "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n", LEFT, at,
                    LEFT + WIDTH, LEFT - 6, at + 4, number(power) + (power == (int) ys[1] ? " " + yName : "")));
        }
        for (int power = (int) xs[0]; power <= xs[1]; power++) {
            double at = LEFT + WIDTH * (power - xs[0]) / (xs[1] - xs[0]);
            out.append(String.format(Locale.ROOT,
                    "<path d=\"M%.1f %dV%d\" stroke=\"#ddd\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n", at,
                    BOTTOM - HEIGHT, BOTTOM, at, BOTTOM + 18, number(power)));
        }
        out.append("<text x=\"340\" y=\"370\" text-anchor=\"middle\">").append(xName).append("</text>\n");
        int number = 0;
        for (Map.Entry<String, TreeMap<Double, Double>> line : lines.entrySet()) {
            List<String> points = new ArrayList<>();
            line.getValue().forEach((x, y) -> {
                if (x > 0 && y > 0) {
                    points.add(String.format(Locale.ROOT, "%.1f,%.1f", LEFT + WIDTH * (Math.log10(x) - xs[0]) / (xs[1] - xs[0]),
                            BOTTOM - HEIGHT * (Math.log10(y) - ys[0]) / (ys[1] - ys[0])));
                }
            });
            String colour = COLOURS[number % COLOURS.length];
            out.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"").append(colour).append("\" points=\"")
                    .append(String.join(" ", points)).append("\"/>\n<text x=\"80\" y=\"").append(66 + LINE_HEIGHT * number++)
                    .append("\" fill=\"").append(colour).append("\">").append(line.getKey()).append("</text>\n");
        }
        return out.append("</svg>\n").toString();
    }

    /** Whole powers of ten around the values, at least one apart. */
    private static double[] powers(List<Double> values) {
        double least = values.stream().filter(value -> value > 0).min(Double::compare).orElse(1.0);
        double most = values.stream().max(Double::compare).filter(value -> value > 0).orElse(1.0);
        double low = Math.floor(Math.log10(least));
        return new double[] {low, Math.max(Math.ceil(Math.log10(most)), low + 1)};
    }

    private static String number(int power) {
        return String.format(Locale.ROOT, power < 0 ? "%.3g" : "%,.0f", Math.pow(10, power));
    }
}
