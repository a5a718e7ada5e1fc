package sluice.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
            add(figures, "StatisticsBenchmark." + threads, after, "scheduler=sorting");
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
