package sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures the image beside nginx by the side-by-side rig, in interleaved rounds: with its own providers and with those of
 * {@code modules/baseline}, and the rig's naive proxy beside them. Run by {@code ./dev bench beside-nginx RIG}.
 */
public final class BesideNginx {
    /** What each gateway has below {@code modules:}. */
    private static final Map<String, String> CONFIGURATIONS = configurations();
    private static final String USUAL = "json-1k,json-200k,json-200k-end,sse-100x5ms,sse-500x50ms,sse-burst,sse-each,rate-500,idle-5000";
    /** The rig's name for a proxy of JDK HttpServer, virtual threads and java.net.http. */
    private static final String NAIVE = "naive";

    private final Path launcher;
    private final Rig rig;
    private final int rounds;
    private final StringBuilder rows = new StringBuilder();

    private BesideNginx(Path launcher, Rig rig, int rounds) {
        this.launcher = launcher;
        this.rig = rig;
        this.rounds = rounds;
    }

    private static Map<String, String> configurations() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("gateway", "body: splice");
        all.put("all-baseline", "body: tree, collector: growing, relay: per-line, answer: buffered, scheduler: decoding, "
                + "upstream: webclient, streams: shared, seats: sweeping");
        return all;
    }

    /**
     * The image's launcher, the folder of the documentation and the rig's folder; then, in any order, a number of rounds and
     * names of workloads with commas between them.
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 3 || !Rig.isIn(Path.of(arguments[2]))) {
            System.err.println("usage: ./dev bench beside-nginx RIG [ROUNDS] [WORKLOAD,…]   "
                    + "(RIG: the rig's folder; BENCH_RUN: where it was built)");
            System.exit(2);
        }
        int rounds = 5;
        String workloads = USUAL;
        boolean whole = true;
        for (int i = 3; i < arguments.length; i++) {
            if (arguments[i].matches("\\d+")) {
                rounds = Integer.parseInt(arguments[i]);
            } else {
                workloads = arguments[i];
                whole = false;
            }
        }
        Path folder = Files.createTempDirectory("sluice-beside-nginx");
        BesideNginx run = new BesideNginx(Path.of(arguments[0]), new Rig(Path.of(arguments[2]).toAbsolutePath(), folder), rounds);
        String text = run.measure(workloads.split(","));
        System.out.println(text);
        if (whole) {
            MarkedPage.write(Path.of(arguments[1], "benchmarks.md"), "beside-nginx", "./dev bench beside-nginx", text);
        }
    }

    private String measure(String[] workloads) throws IOException, InterruptedException {
        rig.start("upstream", "nginx1", NAIVE);
        long start = System.nanoTime();
        for (String workload : workloads) {
            System.out.printf(Locale.ROOT, "%5d s  %s%n", (System.nanoTime() - start) / 1_000_000_000, workload);
            System.out.flush();
            measure(workload);
        }
        return "## Beside nginx\n\nWritten by `./dev bench beside-nginx`: " + Machine.words() + ". The rig's C upstream and C load "
                + "generator; nginx is one worker that only passes bytes on; the gateway does all of its work; `naive` is the rig's proxy "
                + "of an afternoon: JDK HttpServer, virtual threads, java.net.http. " + rounds
                + " interleaved rounds; a figure is the median over them, a ratio is of the same round; ° marks a round in which nginx "
                + "itself was more than 10 % off its best, which the quiet median leaves out. Where a latency is told, it is not "
                + "the ratio but what the gateway adds to nginx.\n\n" + RigResults.HEAD + rows;
    }

    /** New gateways for each workload, so that memory is that of this one alone. */
    private void measure(String workload) throws IOException, InterruptedException {
        List<ImageProcess> gateways = new ArrayList<>();
        try {
            StringBuilder targets = new StringBuilder("direct,nginx1," + NAIVE);
            for (Map.Entry<String, String> configuration : CONFIGURATIONS.entrySet()) {
                ImageProcess gateway = rig.gateway(launcher, configuration.getKey(), configuration.getValue());
                gateways.add(gateway);
                targets.append(',').append(Rig.target(configuration.getKey(), gateway));
            }
            rows.append(RigResults.rows(workload, rig.measure(workload, targets.toString(), "nginx1", rounds),
                    Stream.concat(CONFIGURATIONS.keySet().stream(), Stream.of(NAIVE)).toList()));
            System.out.print(RigResults.HEAD + rows);
            System.out.flush();
        } finally {
            gateways.forEach(ImageProcess::close);
        }
    }
}
