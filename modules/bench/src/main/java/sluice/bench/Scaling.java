package sluice.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Measures what a request costs the gateway as bodies, accounts, clients and streams grow: the image's gateway and simulated
 * upstream as processes, load by {@code sluice bench}, CPU time by the clock of the gateway's process. Run by
 * {@code ./dev bench scaling}.
 */
public final class Scaling {
    private static final String KEY = "scaling-key-";
    /** Requests begun in a second where nothing else bears on it; and the bytes in a second of large bodies. */
    private static final int RATE = 1000;
    private static final int KILOBYTES_PER_SECOND = 60_000;
    private static final int SECONDS = 5;
    private static final int WARM_SECONDS = 3;
    /** A stream has an event each {@value #STREAM_INTERVAL_MILLIS} ms for as long as it takes to open them all, so all are open at once. */
    private static final int STREAM_SECONDS = 10;
    private static final int STREAM_INTERVAL_MILLIS = 500;
    private static final int DESCRIPTORS_PER_STREAM = 2;
    private static final int OTHER_DESCRIPTORS = 500;

    /**
     * One point of a curve.
     *
     * @param accounts in the configuration
     * @param clients in the configuration; 0: none, and no keys
     * @param body size, as {@code sluice bench} takes it
     * @param rate requests begun in a second
     * @param streams how many streams are open at once; 0: JSON answers
     */
    private record Load(int accounts, int clients, String body, int rate, int streams) { }

    /**
     * What was measured of it.
     *
     * @param cpuMicros CPU time of the gateway for a request
     */
    record Point(String curve, double size, double cpuMicros, double directMillis, double throughMillis, double peakMebibytes,
            int answered, int failed) {
        static final String HEADER = "curve,size,cpu_us_per_request,direct_p50_ms,through_p50_ms,peak_rss_mib,answered,failed\n";

        String csv() {
            return String.format(Locale.ROOT, "%s,%.0f,%.1f,%.2f,%.2f,%.0f,%d,%d%n", curve, size, cpuMicros, directMillis,
                    throughMillis, peakMebibytes, answered, failed);
        }
    }

    private final Path launcher;
    private final ImageProcess upstream;
    private final Path folder;
    private final boolean quick;
    private final List<Point> points = new ArrayList<>();
    private final long start = System.nanoTime();

    private Scaling(Path launcher, ImageProcess upstream, Path folder, boolean quick) {
        this.launcher = launcher;
        this.upstream = upstream;
        this.folder = folder;
        this.quick = quick;
    }

    /** The image's launcher and the folder of the documentation; then, only to see that all runs, {@code --quick}. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path launcher = Path.of(arguments[0]);
        Path docs = Path.of(arguments[1]);
        boolean quick = arguments.length > 2 && arguments[2].equals("--quick");
        Path folder = Files.createTempDirectory("sluice-scaling");
        try (ImageProcess upstream = ImageProcess.start(launcher, "simulate", "--port", "0", "--delta-interval", "0ms")) {
            Scaling scaling = new Scaling(launcher, upstream, folder, quick);
            scaling.measure();
            scaling.write(quick ? Files.createTempDirectory("sluice-scaling-trial") : docs);
        } finally {
            Files.deleteIfExists(folder.resolve("sluice.yaml"));
            Files.delete(folder);
        }
    }

    private void measure() throws IOException, InterruptedException {
        int[] bodies = quick ? new int[] {1, 11_264} : new int[] {1, 10, 50, 200, 1024, 4096, 11_264};
        for (int kilobytes : bodies) {
            point("bodies", kilobytes, new Load(1, 0, kilobytes + "KiB", rate(kilobytes), 0));
        }
        int[] counts = quick ? new int[] {1, 10_000} : new int[] {1, 10, 100, 1000, 10_000};
        for (int accounts : counts) {
            point("accounts", accounts, new Load(accounts, 0, "10KiB", RATE, 0));
        }
        for (int clients : counts) {
            point("clients", clients, new Load(1, clients, "10KiB", RATE, 0));
        }
        for (int streams : quick ? new int[] {100} : new int[] {10, 100, 1000, 5000, 10_000}) {
            if (streams * DESCRIPTORS_PER_STREAM + OTHER_DESCRIPTORS > descriptors()) {
                int most = (descriptors() - OTHER_DESCRIPTORS) / DESCRIPTORS_PER_STREAM / 100 * 100;
                System.out.println("a process may have " + descriptors() + " descriptors open, so "
                        + most + " streams instead of " + streams);
                point("streams", most, new Load(1, 0, "10KiB", most / STREAM_SECONDS, most));
                break;
            }
            point("streams", streams, new Load(1, 0, "10KiB", streams / STREAM_SECONDS, streams));
        }
    }

    private static int rate(int kilobytes) {
        return Math.clamp(KILOBYTES_PER_SECOND / kilobytes, 1, RATE);
    }

    private static int descriptors() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/limits")).stream().filter(line -> line.startsWith("Max open files"))
                .map(line -> line.split("\\s{2,}")).mapToInt(line -> line[2].equals("unlimited") ? Integer.MAX_VALUE
                        : Integer.parseInt(line[2])).findFirst().orElse(1024);
    }

    private void point(String curve, double size, Load load) throws IOException, InterruptedException {
        Path file = folder.resolve("sluice.yaml");
        Files.writeString(file, configuration(load));
        try (ImageProcess gateway = ImageProcess.start(launcher, "serve", "--config", file.toString())) {
            bench(gateway, new Load(load.accounts, load.clients, "10KiB", RATE, 0), WARM_SECONDS);
            long before = gateway.cpuNanos();
            BenchOutput output = bench(gateway, load, load.streams == 0 ? SECONDS : STREAM_SECONDS + SECONDS);
            double micros = (gateway.cpuNanos() - before) / 1e3 / Math.max(1, output.answered());
            Point point = new Point(curve, size, micros, output.directMillis(), output.throughMillis(), gateway.peakMebibytes(),
                    output.answered(), output.failed());
            points.add(point);
            System.out.printf(Locale.ROOT, "%5d s  %s", (System.nanoTime() - start) / 1_000_000_000, point.csv());
            System.out.flush();
        }
    }

    private String configuration(Load load) {
        StringBuilder yaml = new StringBuilder("server: {port: ").append(freePort()).append(", admin: {port: ").append(freePort())
                .append("}}\nlimits: {concurrent-requests: 100000}\nlog: {requests: off}\naccounts:\n");
        for (int i = 0; i < load.accounts; i++) {
            yaml.append("  - {name: a").append(i).append(", base-url: \"").append(upstream.uri()).append("\", api-key: sk-scaling-")
                    .append(i).append(", concurrency: 100000}\n");
        }
        if (load.clients > 0) {
            yaml.append("clients:\n");
        }
        for (int i = 0; i < load.clients; i++) {
            yaml.append("  - {name: c").append(i).append(", key-sha256: ").append(sha256(KEY + i)).append("}\n");
        }
        return yaml.toString();
    }

    private static int freePort() {
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String sha256(String key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private BenchOutput bench(ImageProcess gateway, Load load, int seconds) throws IOException, InterruptedException {
        boolean stream = load.streams > 0;
        List<String> command = new ArrayList<>(List.of(launcher.toString(), "bench", "--direct", upstream.uri().toString(),
                "--direct-key", "sk-scaling", "--through", gateway.uri().toString(), "--body", load.body, "--rate",
                Integer.toString(load.rate), "--duration", (quick ? Math.min(seconds, STREAM_SECONDS / 5) : seconds) + "s",
                "--warm-up", "0s", "--rounds", "1", "--deltas",
                Integer.toString(stream ? STREAM_SECONDS * 1000 / STREAM_INTERVAL_MILLIS : 0), "--interval",
                STREAM_INTERVAL_MILLIS + "ms"));
        if (load.clients > 0) {
            command.addAll(List.of("--through-key", KEY + (load.clients - 1)));
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return BenchOutput.of(text);
    }

    private void write(Path docs) throws IOException {
        StringBuilder csv = new StringBuilder(Point.HEADER);
        points.forEach(point -> csv.append(point.csv()));
        Files.writeString(docs.resolve("scaling.csv"), csv);
        for (Map.Entry<String, String> curve : Map.of("bodies", "KB of body", "accounts", "accounts configured", "clients",
                "clients configured", "streams", "streams open at once").entrySet()) {
            Files.writeString(docs.resolve("scaling-" + curve.getKey() + ".svg"), LinePlot.svg("Cost of a request as "
                    + curve.getKey() + " grow", curve.getValue(), "µs", lines(points, curve.getKey())));
        }
        String text = markdown(points, Machine.words());
        if (quick) {
            System.out.println("written to " + docs + "\n" + text);
        } else {
            MarkedPage.write(docs.resolve("benchmarks.md"), "scaling", "./dev bench scaling", text);
        }
    }

    /** The lines of one plot: CPU and median latency by size. */
    static Map<String, TreeMap<Double, Double>> lines(List<Point> points, String curve) {
        Map<String, TreeMap<Double, Double>> lines = new TreeMap<>();
        for (Point point : points) {
            if (point.curve.equals(curve)) {
                lines.computeIfAbsent("CPU of the gateway", name -> new TreeMap<>()).put(point.size, point.cpuMicros);
                lines.computeIfAbsent("first byte, p50, direct", name -> new TreeMap<>()).put(point.size, point.directMillis * 1000);
                lines.computeIfAbsent("first byte, p50, through", name -> new TreeMap<>()).put(point.size, point.throughMillis * 1000);
            }
        }
        return lines;
    }

    /** The section of the page. */
    static String markdown(List<Point> points, String machine) {
        StringBuilder out = new StringBuilder("## Cost as work grows\n\nWritten by `./dev bench scaling`: ").append(machine)
                .append(". The image's gateway and simulated upstream, load by `sluice bench` at a fixed rate (1000 requests/s, or "
                        + "60 MB/s), all on this machine; CPU is the gateway's, all threads, a request. Bodies get JSON answers; accounts "
                        + "and clients 10 KB bodies and JSON answers; each stream has ")
                .append(STREAM_SECONDS * 1000 / STREAM_INTERVAL_MILLIS).append(" deltas, one every ")
                .append(STREAM_INTERVAL_MILLIS).append(" ms. The figures: [scaling.csv](scaling.csv).\n\n"
                        + "| | size | CPU µs | p50 direct ms | p50 through ms | peak RSS MiB | answered | failed |\n"
                        + "|---|---|---|---|---|---|---|---|\n");
        for (Point point : points) {
            out.append(String.format(Locale.ROOT, "| %s | %,.0f | %,.0f | %.2f | %.2f | %.0f | %d | %d |%n", point.curve, point.size,
                    point.cpuMicros, point.directMillis, point.throughMillis, point.peakMebibytes, point.answered, point.failed));
        }
        out.append('\n');
        for (String curve : List.of("bodies", "accounts", "clients", "streams")) {
            out.append("![").append(curve).append("](scaling-").append(curve).append(".svg)\n");
        }
        return out.toString();
    }
}
