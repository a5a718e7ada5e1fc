package sluice.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ReportTest {
    /** Every figure that the report asks for: {@code after} for the new ways, {@code before} for the old ones. */
    private static Figures figures(double before, double after) {
        Figures figures = new Figures();
        for (String size : List.of("2", "50", "200", "500", "11264")) {
            for (String model : List.of("first", "last")) {
                add(figures, "BodyBenchmark.edit", before, "body=tree", "kilobytes=" + size, "model=" + model);
                add(figures, "BodyBenchmark.edit", after, "body=splice", "kilobytes=" + size, "model=" + model);
            }
            add(figures, "BodyBenchmark.scan", after, "body=splice", "kilobytes=" + size, "model=first");
            add(figures, "BodyReadBenchmark.read", before, "collector=growing", "kilobytes=" + size);
            add(figures, "BodyReadBenchmark.read", after, "collector=sized", "kilobytes=" + size);
        }
        for (String relay : List.of("per-line", "ungated", "batching")) {
            for (String flags : List.of("false,false", "false,true", "true,false", "true,true")) {
                add(figures, "StreamBenchmark.relay", relay.equals("per-line") ? before : after, "relay=" + relay,
                        "paced=" + flags.split(",")[0], "mapped=" + flags.split(",")[1]);
            }
        }
        for (String pool : List.of("5", "20", "100", "1000", "10000")) {
            add(figures, "SchedulerBenchmark.select", before, "scheduler=sorting", "accounts=" + pool);
            add(figures, "SchedulerBenchmark.select", after, "scheduler=layered", "accounts=" + pool);
        }
        for (String threads : List.of("alone", "eightThreads")) {
            add(figures, "StatisticsBenchmark." + threads, after, "scheduler=locked");
            add(figures, "StatisticsBenchmark." + threads, before, "scheduler=layered");
        }
        for (String seats : List.of("turn", "contendedTurn")) {
            add(figures, "SeatsBenchmark." + seats, before, "seating=sweeping");
            add(figures, "SeatsBenchmark." + seats, after, "seating=lean");
        }
        add(figures, "AccountingBenchmark.requestThread", after, "sink=log");
        add(figures, "SessionKeyBenchmark.before", before);
        add(figures, "SessionKeyBenchmark.after", after);
        add(figures, "ConnectionIdBenchmark.format", before);
        add(figures, "ConnectionIdBenchmark.concatenate", after);
        add(figures, "AccountListBenchmark.select", before, "scheduler=decoding", "accounts=20");
        add(figures, "AccountListBenchmark.select", after, "scheduler=sorting", "accounts=20");
        return figures;
    }

    private static void add(Figures figures, String benchmark, double score, String... parameters) {
        Map<String, String> values = new HashMap<>();
        for (String parameter : parameters) {
            values.put(parameter.split("=")[0], parameter.split("=")[1]);
        }
        figures.add(new Figures.Figure(benchmark, values, score, score * 10, score));
    }

    @Test
    void hasARowForEachOfTheThirteenAndSaysWhatWasReached() {
        String table = ThirteenRows.markdown(figures(1000, 10), 16);
        for (int row = 1; row <= 13; row++) {
            assertTrue(table.contains("\n| " + row + " | "), "row " + row + " in\n" + table);
        }
        assertTrue(table.contains("| 1,000 | 10.0 | 100.0× | ≥ 10× | met | `body: tree` |"), table);
        assertTrue(!table.contains("**not met**"), table);
        table.lines().forEach(line -> assertEquals(9, line.chars().filter(c -> c == '|').count(), line));
    }

    @Test
    void saysWhatWasNotReached() {
        String table = ThirteenRows.markdown(figures(1000, 400), 2);
        assertTrue(table.contains("| 2.5× | ≥ 10× | **not met** |"), table);
        assertTrue(table.contains("| −60.0 % | −40 % | met |"), table);
        assertTrue(table.contains("≥ 5× (on ≥ 8 processors) | **not met**"), table);
    }

    @Test
    void writesAllTablesFromTheFiguresAlone() {
        String text = Report.markdown(figures(1000, 10), "measured somewhere", 2);
        assertTrue(text.contains("measured somewhere"), text);
        assertTrue(text.contains("| 11264 | last | 1,000 | 10.0 | 100.0× |"), text);
        assertTrue(text.contains("| 10000 | 1,000 | 10.0 | 100.0× |"), text);
        assertTrue(text.contains("| 200 KB body from received to sent, µs | 1,000 | 10.0 | -99.0 % | -30 % | met |"), text);
    }

    @Test
    void failsWhereAFigureIsMissing() {
        assertThrows(IllegalStateException.class, () -> ThirteenRows.markdown(new Figures(), 2));
        assertThrows(IllegalStateException.class, () -> figures(1, 1).of("SchedulerBenchmark.select", "accounts=7"));
    }

    @Test
    void replacesOnlyWhatStandsBetweenItsMarks() {
        String page = "# Page\n\nfirst\n";
        String once = MarkedPage.with(page, "report", "./dev", "one");
        String twice = MarkedPage.with(once + "\nlast\n", "report", "./dev", "two");
        assertTrue(once.startsWith(page) && once.contains("\none\n"), once);
        assertTrue(twice.startsWith(page) && twice.contains("\ntwo\n") && twice.endsWith("\nlast\n"), twice);
        assertTrue(!twice.contains("one\n"), twice);
        String other = MarkedPage.with(twice, "scaling", "./dev", "three");
        assertTrue(other.contains("\ntwo\n") && other.contains("\nthree\n"), other);
        assertThrows(IllegalArgumentException.class, () -> MarkedPage.with("<!-- report: begin; x -->", "report", "./dev", "x"));
    }

    @Test
    void readsWhatSluiceBenchPrints() {
        BenchOutput read = BenchOutput.of("""
                                                   direct      through        added
                time to first byte, p50               0.35 ms      0.80 ms     +0.45 ms
                time to first byte, p99               1.35 ms      2.80 ms     +1.45 ms
                requests/s answered                     50.0         49.5
                answered                                 500          499
                failed                                     0            1
                CPU of the gateway per request                     210 µs
                """);
        assertEquals(new BenchOutput(0.35, 0.80, 499, 1), read);
        assertThrows(IllegalArgumentException.class, () -> BenchOutput.of("sluice bench: a gateway ended"));
    }

    @Test
    void comparesEachRoundWithItsOwnNginxAndMarksTheNoisyOnes() throws Exception {
        JsonNode targets = new ObjectMapper().readTree("""
                {"nginx1": {"runs": [{"round": 0, "gateway": {"cpu_us_per_request": 10}, "latency_us": {"p50": 100}},
                                     {"round": 1, "gateway": {"cpu_us_per_request": 20}, "latency_us": {"p50": 100}},
                                     {"round": 2, "gateway": {"cpu_us_per_request": 10.5}, "latency_us": {"p50": 104}}]},
                 "a": {"runs": [{"round": 1, "gateway": {"cpu_us_per_request": 20}, "latency_us": {"p50": 150}},
                                {"round": 0, "gateway": {"cpu_us_per_request": 22}, "latency_us": {"p50": 140}},
                                {"round": 2, "gateway": {"cpu_us_per_request": 42}, "latency_us": {"p50": 164}}]}}""");
        assertEquals("""
                | `json-1k` | CPU µs/request | a | 10.5 | 22.0 | 2.20 1.00° 4.00 | 2.20 | 3.10 | ≤ 2.5: **not met** |
                | `json-1k` | latency p50 µs | a | 100.0 | 150.0 | +40 +50 +60 | +50 | +50 |  |
                """, RigResults.rows("json-1k", targets, List.of("a")));
        assertTrue(RigResults.rows("rate-500", targets, List.of("a")).contains("≤ 150: met"));
        assertTrue(RigResults.rows("json-1k", targets, List.of("absent")).contains("| absent | 10.5 | – |  | – | – | ≤ 2.5 |"));
    }

    @Test
    void plotsAndTablesWhatWasScaled() {
        List<Scaling.Point> points = List.of(new Scaling.Point("bodies", 1, 40, 0.2, 0.5, 90, 100, 0),
                new Scaling.Point("bodies", 11_264, 9000, 4, 9, 200, 100, 0), new Scaling.Point("streams", 10, 40, 0.2, 0.5, 90, 1, 2));
        assertEquals(3, Scaling.lines(points, "bodies").size());
        assertEquals(9000, Scaling.lines(points, "bodies").get("CPU of the gateway").get(11_264.0));
        assertTrue(Scaling.markdown(points, "here").contains("| bodies | 11,264 | 9,000 | 4.00 | 9.00 | 200 | 100 | 0 |"));
        assertEquals("streams,10,40.0,0.20,0.50,90,1,2\n", points.getLast().csv());
    }

    @Test
    void drawsEveryLineInsideOfTheAxes() throws Exception {
        Map<String, TreeMap<Double, Double>> lines = Map.of("a", new TreeMap<>(Map.of(1.0, 5.0, 10.0, 50.0, 20.0, 0.0)),
                "b", new TreeMap<>(Map.of(1.0, 0.5)));
        String svg = LinePlot.svg("title", "x", "y", lines);
        var root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new java.io.StringReader(svg)));
        var drawn = root.getElementsByTagName("polyline");
        assertEquals(2, drawn.getLength());
        for (int i = 0; i < drawn.getLength(); i++) {
            for (String point : drawn.item(i).getAttributes().getNamedItem("points").getNodeValue().split(" ")) {
                double x = Double.parseDouble(point.split(",")[0]);
                double y = Double.parseDouble(point.split(",")[1]);
                assertTrue(x >= 70 && x <= 610 && y >= 50 && y <= 330, point);
            }
        }
    }
}
