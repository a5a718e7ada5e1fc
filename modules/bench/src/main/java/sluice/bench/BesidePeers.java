package sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * {@code ./dev bench peers}: the image beside nginx and beside other gateways that run already, in interleaved rounds of the rig, by
 * what users feel: cost, tails, memory, pauses and system calls.
 */
final class BesidePeers {
    private static final String NGINX = "nginx1";
    private static final String DIRECT = "direct";
    private static final String OWN = "gateway";
    private static final String IDLE = "idle-5000";
    /** A workload of the rig, with what is put behind its arguments. */
    private static final List<Load> LOADS = List.of(
            new Load("json-1k", "", List.of(ratio("CPU µs/request", "gateway.cpu_us_per_request", 1.5),
                    told("latency p99 µs", "latency_us.p99"), told("system calls/request", "gateway.syscalls_per_unit"))),
            new Load("json-200k", "", List.of(ratio("CPU µs/request", "gateway.cpu_us_per_request", 1.1),
                    told("latency p99 µs", "latency_us.p99"))),
            new Load("json-200k", "-c 200", List.of(ratio("CPU µs/request", "gateway.cpu_us_per_request", 1.5),
                    told("latency p99 µs", "latency_us.p99"), told("peak RSS MB", "gateway.rss_mb_peak"))),
            new Load("rate-500", "", List.of(ratio("CPU µs/request", "gateway.cpu_us_per_request", 1.7),
                    added("latency p50 µs", "latency_us.p50"), ratio("latency p99 µs", "latency_us.p99", 1.2),
                    told("system calls/request", "gateway.syscalls_per_unit"))),
            new Load("json-1k", "-c 1", List.of(added("latency p50 µs", "latency_us.p50", 45),
                    told("CPU µs/request", "gateway.cpu_us_per_request"))),
            new Load("sse-100x5ms", "", List.of(ratio("CPU ms/1000 events", "gateway.cpu_ms_per_1k_events", 1.1),
                    ratio("first event p99 µs", "ttft_us.p99", 1.5), added("gap p99 µs", "gap_us.p99", 100),
                    told("system calls/event", "gateway.syscalls_per_unit"))),
            new Load("sse-500x50ms", "", List.of(ratio("CPU ms/1000 events", "gateway.cpu_ms_per_1k_events", 1.25),
                    told("first event p99 µs", "ttft_us.p99"), added("gap p99 µs", "gap_us.p99"))),
            new Load("sse-burst", "", List.of(ratio("CPU ms/1000 events", "gateway.cpu_ms_per_1k_events", 0.6))),
            new Load(IDLE, "", List.of(told("RSS KB/stream", "gateway.rss_kb_per_conn"))));

    /** How a figure is told: as a ratio to nginx, as what is added to the direct way, or only by itself. */
    private enum Kind { RATIO, ADDED, TOLD }

    /**
     * What is told of a load.
     *
     * @param path in a run of the rig
     * @param asked at most; empty: nothing
     */
    private record Figure(String words, String path, Kind kind, OptionalDouble asked) { }

    private record Load(String workload, String extra, List<Figure> figures) {
        String words() {
            return "`" + workload + (extra.isEmpty() ? "" : " " + extra) + "`";
        }
    }

    /**
     * Another gateway, which runs.
     *
     * @param target as the rig's {@code -t} has it
     * @param header it wants, as {@code Name: value}
     */
    private record Peer(String name, String target, Optional<String> header) {
        /** Of {@code NAME=URL=PIDS} with {@code ;Header: value} behind it, if there is one. */
        static Peer of(String argument) {
            String[] parts = argument.split(";", 2);
            return new Peer(parts[0].split("=", 2)[0], parts[0], parts.length > 1 ? Optional.of(parts[1]) : Optional.empty());
        }
    }

    private final Path launcher;
    private final Rig rig;
    private final Path scratch;
    private final int rounds;
    private final List<Peer> peers;
    private final StringBuilder rows = new StringBuilder();

    private BesidePeers(Path launcher, Path rig, int rounds, List<Peer> peers) throws IOException {
        this.launcher = launcher;
        scratch = Files.createTempDirectory("sluice-peers");
        this.rig = new Rig(rig, scratch);
        this.rounds = rounds;
        this.peers = peers;
    }

    private static Figure ratio(String words, String path, double asked) {
        return new Figure(words, path, Kind.RATIO, OptionalDouble.of(asked));
    }

    private static Figure added(String words, String path, double... asked) {
        return new Figure(words, path, Kind.ADDED, Arrays.stream(asked).findFirst());
    }

    private static Figure told(String words, String path) {
        return new Figure(words, path, Kind.TOLD, OptionalDouble.empty());
    }

    /**
     * The image's launcher, the folder of the documentation and the rig's folder; then a number of rounds, and gateways to measure
     * beside it.
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 3 || !Rig.isIn(Path.of(arguments[2]))) {
            System.err.println("usage: ./dev bench peers RIG [ROUNDS] [NAME=URL=PIDS[;Header: value]]…   "
                    + "(RIG: the rig's folder; BENCH_RUN: where it was built; each NAME runs already, before the rig's upstream)");
            System.exit(2);
        }
        boolean counted = arguments.length > 3 && arguments[3].matches("\\d+");
        List<Peer> peers = Arrays.stream(arguments).skip(counted ? 4 : 3).map(Peer::of).toList();
        BesidePeers run = new BesidePeers(Path.of(arguments[0]), Path.of(arguments[2]).toAbsolutePath(),
                counted ? Integer.parseInt(arguments[3]) : 5, peers);
        String text = run.measure();
        System.out.println(text);
        MarkedPage.write(Path.of(arguments[1], "benchmarks.md"), "peers", "./dev bench peers", text);
    }

    private String measure() throws IOException, InterruptedException {
        rig.start("upstream", NGINX);
        StringBuilder memory = new StringBuilder();
        for (Load load : LOADS) {
            System.out.println(load.words());
            System.out.flush();
            measure(load, memory);
        }
        String names = peers.stream().map(Peer::name).collect(Collectors.joining(" | "));
        return "## Beside other gateways\n\nWritten by `./dev bench peers`: " + Machine.words() + ". The rig's C upstream and C load "
                + "generator; nginx is one worker that only passes bytes on; Sluice does all of its work, in a new process for each load, "
                + "with default settings. " + rounds + " interleaved rounds; a figure is their median, a ratio is of the same round "
                + "and to nginx, what is added is added to the way without any gateway; ° marks a round in which nginx was more than "
                + "10 % off its best, which `quiet` leaves out. Of other gateways, which ran throughout, the figure is told, and the ratio "
                + "or what it adds behind it.\n\n| load | figure | nginx | Sluice | in each round | median | quiet | asked |"
                + (names.isEmpty() ? "" : " " + names + " |") + "\n|---|---|---|---|---|---|---|---|" + "---|".repeat(peers.size()) + "\n"
                + rows + "\nMemory and pauses of those processes:\n\n" + memory;
    }

    private void measure(Load load, StringBuilder memory) throws IOException, InterruptedException {
        Path pauses = scratch.resolve("pauses-" + (load.workload + load.extra).replace(' ', '_') + ".log");
        try (ImageProcess own = rig.gateway(launcher, OWN, "body: splice", "-Xlog:gc:file=" + pauses)) {
            double fresh = own.privateMebibytes();
            List<String> targets = new ArrayList<>(List.of(DIRECT, NGINX, Rig.target(OWN, own)));
            List<String> options = new ArrayList<>(load.extra.isEmpty() ? List.of() : List.of("--extra=" + load.extra));
            peers.forEach(peer -> {
                targets.add(peer.target);
                peer.header.ifPresent(header -> options.addAll(List.of("-H", peer.name + ":" + header)));
            });
            String all = String.join(",", targets);
            if (load.workload.startsWith("rate")) {
                // At a usual rate a process that has just started compiles for minutes: at full load it is done with that soon.
                rig.measure("json-1k", all, NGINX, 1, options);
            }
            if (load.figures.stream().anyMatch(figure -> figure.path.contains("syscalls"))) {
                options.add("--syscalls");
            }
            JsonNode results = rig.measure(load.workload, all, NGINX, rounds, options);
            load.figures.forEach(figure -> rows.append(row(load, figure, results)));
            double most = own.residentMebibytes();
            boolean tellsAfter = load.workload.equals(IDLE) || load.extra.equals("-c 200");
            if (tellsAfter) {
                Thread.sleep(60_000);
            }
            memory.append(String.format(Locale.ROOT, "- %s: written to and shared with nobody before the first request %.0f MiB; RSS "
                    + "at the end of the load %.0f MiB, at its peak %.0f%s; longest pause of the collector %s ms, of %d.%n",
                    load.words(), fresh, most, own.peakMebibytes(),
                    tellsAfter ? String.format(Locale.ROOT, ", 60 s later %.0f", own.residentMebibytes()) : "",
                    RigResults.plain(pauses(pauses).stream().mapToDouble(pause -> pause).max().orElse(0)), pauses(pauses).size()));
        }
    }

    private static List<Double> pauses(Path log) throws IOException {
        return Files.readAllLines(log).stream().filter(line -> line.contains("Pause") && line.endsWith("ms"))
                .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1, line.length() - 2))).toList();
    }

    private String row(Load load, Figure figure, JsonNode results) {
        double[] nginx = RigResults.byRound(results.path(NGINX), figure.path);
        double[] compared = compared(figure, results, OWN);
        double[] quiet = IntStream.range(0, compared.length)
                .filter(round -> round < nginx.length && RigResults.isQuiet(nginx, round)).mapToDouble(round -> compared[round]).toArray();
        String inEachRound = IntStream.range(0, compared.length).filter(round -> !Double.isNaN(compared[round]))
                .mapToObj(round -> text(figure, compared[round]) + (round < nginx.length && RigResults.isQuiet(nginx, round) ? "" : "°"))
                .collect(Collectors.joining(" "));
        double judged = RigResults.median(RigResults.values(quiet.length == 0 ? compared : quiet));
        List<String> cells = new ArrayList<>(List.of(load.words(), figure.words + (figure.kind == Kind.ADDED ? ", added" : ""),
                RigResults.plain(median(nginx)) + behind(figure, compared(figure, results, NGINX), NGINX),
                RigResults.plain(median(RigResults.byRound(results.path(OWN), figure.path))),
                figure.kind == Kind.TOLD ? "" : inEachRound, figure.kind == Kind.TOLD ? "" : text(figure, median(compared)),
                figure.kind == Kind.TOLD ? "" : text(figure, judged),
                asked(figure, judged)));
        for (Peer peer : peers) {
            cells.add(RigResults.plain(median(RigResults.byRound(results.path(peer.name), figure.path)))
                    + behind(figure, compared(figure, results, peer.name), peer.name));
        }
        return "| " + String.join(" | ", cells) + " |\n";
    }

    private static String asked(Figure figure, double judged) {
        if (figure.asked.isEmpty()) {
            return "";
        }
        double most = figure.asked.getAsDouble();
        return "≤ " + text(figure, most) + (judged <= most ? ": met" : ": **not met**");
    }

    /** What the figure of {@code target} is beside what it is compared with, in each round. */
    private static double[] compared(Figure figure, JsonNode results, String target) {
        double[] own = RigResults.byRound(results.path(target), figure.path);
        double[] reference = RigResults.byRound(results.path(figure.kind == Kind.ADDED ? DIRECT : NGINX), figure.path);
        double[] compared = new double[Math.min(own.length, reference.length)];
        for (int round = 0; round < compared.length; round++) {
            compared[round] = figure.kind == Kind.ADDED ? own[round] - reference[round] : own[round] / reference[round];
        }
        return compared;
    }

    /** The comparison of another gateway, in brackets, where there is one. */
    private static String behind(Figure figure, double[] compared, String target) {
        boolean none = figure.kind == Kind.TOLD || figure.kind == Kind.RATIO && target.equals(NGINX);
        return none ? "" : " (" + text(figure, median(compared)) + ")";
    }

    private static double median(double[] rounds) {
        return RigResults.median(RigResults.values(rounds));
    }

    private static String text(Figure figure, double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, figure.kind == Kind.ADDED ? "%+.0f" : "%.2f", value);
    }
}
