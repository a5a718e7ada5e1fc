package sluice.gauge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import sluice.simulator.Fault;
import sluice.simulator.SimulatedUpstream;
import sluice.simulator.SimulatorSettings;

class BenchCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return new CommandLine(new BenchCommand().options(new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))).setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true)).execute(arguments);
    }

    private int between(SimulatedUpstream direct, SimulatedUpstream through, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--direct", direct.baseUri().toString(), "--through",
                through.baseUri().toString(), "--duration", "200ms", "--warm-up", "0ms", "--rounds", "2", "--rate", "100"));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private double added(String row) {
        Matcher matcher = Pattern.compile(Pattern.quote(row) + " +\\S+ ms +\\S+ ms +([+-][0-9.]+) ms").matcher(output());
        assertTrue(matcher.find(), this::output);
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void tellsWhatTheSecondSideAdds() throws IOException {
        // More than a busy machine adds to either side.
        Fault slow = Fault.of("headers=3s");
        try (SimulatedUpstream direct = SimulatedUpstream.start();
                SimulatedUpstream through = SimulatedUpstream.start(SimulatorSettings.DEFAULT.withBase(slow))) {
            assertEquals(0, between(direct, through, "--deltas", "5", "--interval", "0ms"));
            assertTrue(added("time to first event, p50") > 100, this::output);
            assertTrue(added("whole answer, p50") > 100, this::output);
            assertEquals(20, direct.log().total());
            assertEquals(20, through.log().total());
        }
    }

    @Test
    void sendsBodiesOfTheSizeAndTheStreamOfTheShape() throws IOException {
        try (SimulatedUpstream direct = SimulatedUpstream.start(); SimulatedUpstream through = SimulatedUpstream.start()) {
            assertEquals(0, between(direct, through, "--body", "200KiB", "--deltas", "30", "--interval", "0ms", "--through-key", "k"));
            int bytes = through.log().last().body().length;
            assertTrue(bytes >= 200 * 1024 && bytes < 201 * 1024, bytes + " bytes");
            assertEquals("k", through.log().last().accountKey());
            assertEquals("", direct.log().last().accountKey());
            assertTrue(Pattern.compile("events/s +[1-9]").matcher(output()).find(), this::output);
            assertTrue(new String(direct.log().last().body(), StandardCharsets.UTF_8).contains("deltas=30;interval=0us"));
        }
    }

    @Test
    void asksForJsonWithoutDeltas() throws IOException {
        try (SimulatedUpstream direct = SimulatedUpstream.start(); SimulatedUpstream through = SimulatedUpstream.start()) {
            assertEquals(0, between(direct, through, "--deltas", "0"));
            assertTrue(output().contains("time to first byte, p50"), this::output);
            assertTrue(!output().contains("events/s"), this::output);
        }
    }

    @Test
    void countsFailuresWithTheirReasonsAndFails() throws IOException {
        Fault busy = Fault.of("status=503");
        try (SimulatedUpstream direct = SimulatedUpstream.start();
                SimulatedUpstream through = SimulatedUpstream.start(SimulatorSettings.DEFAULT.withBase(busy))) {
            assertEquals(1, between(direct, through, "--deltas", "0"));
            assertTrue(output().contains("through, failed 20 times: status 503"), this::output);
            assertTrue(output().contains("p99 is an anecdote"), this::output);
        }
    }

    @Test
    void readsTheCpuTimeOfAProcessThatIsNamed() throws IOException {
        try (SimulatedUpstream direct = SimulatedUpstream.start(); SimulatedUpstream through = SimulatedUpstream.start()) {
            assertEquals(0, between(direct, through, "--pid", Long.toString(ProcessHandle.current().pid())));
            assertTrue(Pattern.compile("CPU of the gateway per request +\\d+ µs").matcher(output()).find(), this::output);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--direct=http://127.0.0.1:9/v1", "--rate=0", "--duration=0ms", "--duration=5", "--body=many",
        "--rounds=0", "--deltas=-1", "--nothing", "--direct=http://192.0.2.1/v1 --through=http://127.0.0.1:9/v1",
        "--direct=ftp://127.0.0.1/v1 --through=http://127.0.0.1:9/v1", "--rate=1000000000"})
    void refusesWrongArguments(String arguments) {
        assertEquals(2, run(arguments.split(" ")));
        assertTrue(err.size() > 0);
        assertEquals(0, out.size());
    }

    @Test
    void outsideOfAnImageItNeedsBothUrls() {
        assertEquals(1, run());
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("give --direct and --through"));
    }

    @Test
    void showsItsUsage() {
        assertEquals(0, run("--help"));
        assertTrue(output().contains("--interval"));
    }
}
