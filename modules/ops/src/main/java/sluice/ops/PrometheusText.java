package sluice.ops;

import io.helidon.metrics.api.Counter;
import io.helidon.metrics.api.FunctionalCounter;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.Meter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Meters in Prometheus' text format, version 0.0.4: sorted by name, so that two scrapes can be compared. Stateless. */
final class PrometheusText {
    /** The media type of the format. */
    static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private PrometheusText() {
    }

    /** All meters, each name with its help and its type once. */
    static String of(Collection<Meter> meters) {
        List<NamedMeter> sorted = meters.stream().map(NamedMeter.class::cast)
                .sorted(Comparator.comparing((NamedMeter meter) -> meter.identity().name())
                        .thenComparing(meter -> meter.identity().labels().toString())).toList();
        StringBuilder out = new StringBuilder(sorted.size() * 160);
        String last = "";
        for (NamedMeter meter : sorted) {
            String name = meter.identity().name();
            if (!name.equals(last)) {
                meter.description().ifPresent(text -> out.append("# HELP ").append(name).append(' ').append(text).append('\n'));
                out.append("# TYPE ").append(name).append(' ').append(typeOf(meter)).append('\n');
                last = name;
            }
            append(out, meter);
        }
        return out.toString();
    }

    private static String typeOf(NamedMeter meter) {
        return switch (meter.type()) {
            case COUNTER -> "counter";
            case TIMER, DISTRIBUTION_SUMMARY -> "histogram";
            case GAUGE, OTHER -> "gauge";
        };
    }

    private static void append(StringBuilder out, NamedMeter meter) {
        switch (meter) {
            case Counter counter -> line(out, meter, "").append(counter.count()).append('\n');
            case FunctionalCounter counter -> line(out, meter, "").append(counter.count()).append('\n');
            case Gauge<?> gauge -> line(out, meter, "").append(number(gauge.value().doubleValue())).append('\n');
            case HistogramMeter histogram -> histogram(out, meter, histogram.counts());
            default -> throw new IllegalStateException("a meter of unknown kind: " + meter.id());
        }
    }

    private static void histogram(StringBuilder out, NamedMeter meter, BucketCounts counts) {
        double[] bounds = counts.bounds();
        long[] sums = counts.cumulative();
        for (int i = 0; i < sums.length; i++) {
            name(out, meter, "_bucket");
            labels(out, meter, "le", i < bounds.length ? number(bounds[i]) : "+Inf");
            out.append(' ').append(sums[i]).append('\n');
        }
        line(out, meter, "_sum").append(number(counts.total())).append('\n');
        line(out, meter, "_count").append(sums[sums.length - 1]).append('\n');
    }

    private static StringBuilder line(StringBuilder out, NamedMeter meter, String suffix) {
        name(out, meter, suffix);
        labels(out, meter, "", "");
        return out.append(' ');
    }

    private static void name(StringBuilder out, NamedMeter meter, String suffix) {
        out.append(meter.identity().name()).append(suffix);
    }

    private static void labels(StringBuilder out, NamedMeter meter, String key, String value) {
        List<MeterIdentity.Label> labels = meter.identity().labels();
        if (labels.isEmpty() && key.isEmpty()) {
            return;
        }
        char before = '{';
        for (MeterIdentity.Label label : labels) {
            pair(out.append(before), label.key(), label.value());
            before = ',';
        }
        if (!key.isEmpty()) {
            pair(out.append(before), key, value);
        }
        out.append('}');
    }

    private static void pair(StringBuilder out, String key, String value) {
        out.append(key).append("=\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                default -> out.append(c);
            }
        }
        out.append('"');
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : Double.toString(value);
    }
}
