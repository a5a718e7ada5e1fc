package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.simulator.SimulatedUpstream;

/** How the image ends: by one signal, by two, and by the one that nobody can handle. */
class EndOfProcessTest {
    /** More requests than this are old enough to be on record before the process is killed. */
    private static final int DUE = 10;
    private static final int STREAMS = 20;
    private static final Pattern REQUEST_ID = Pattern.compile("x-sluice-request-id: (\\S+)");

    @TempDir
    private Path folder;

    /** One request on a connection of its own; {@code started} once the first byte of the answer is here. */
    private static String call(int port, String model, boolean stream, CountDownLatch started) throws IOException {
        String body = "{\"model\":\"" + model + "\",\"stream\":" + stream + ",\"store\":false,\"input\":\"hi\"}";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(("POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
                    + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            StringBuilder answer = new StringBuilder();
            byte[] piece = new byte[16 * 1024];
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                answer.append(new String(piece, 0, count, StandardCharsets.UTF_8));
                started.countDown();
            }
            return answer.toString();
        }
    }

    @Test
    void endsStreamsWholeAndTakesNoNewOnesAndEndsWellAtSigterm() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningImage gateway = RunningImage.of(folder, "", upstream.baseUri(), "");
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch started = new CountDownLatch(STREAMS);
            List<Future<String>> streams = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                CountDownLatch mine = new CountDownLatch(1);
                streams.add(clients.submit(() -> call(gateway.port(), "sim-deltas-20-interval-100ms", true, mine)));
                clients.submit(() -> {
                    mine.await();
                    started.countDown();
                    return 0;
                });
            }
            started.await();
            gateway.terminate();
            while (!gateway.output().contains("draining:")) {
                Thread.onSpinWait();
            }
            int refused = 0;
            while (streams.stream().anyMatch(stream -> !stream.isDone())) {
                try {
                    String answer = call(gateway.port(), "gpt-5.1", false, new CountDownLatch(1));
                    assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 503 ") && answer.contains("\"draining\"")
                            && answer.toLowerCase(java.util.Locale.ROOT).contains("connection: close"), answer);
                } catch (IOException e) {
                    // The port is closed.
                }
                refused++;
            }
            assertTrue(refused > 0);
            for (Future<String> stream : streams) {
                assertTrue(stream.get().startsWith("HTTP/1.1 200 "), stream.get());
                assertTrue(stream.get().contains("event: response.completed"), stream.get());
                assertTrue(stream.get().endsWith("\r\n0\r\n\r\n"), "the end that the framing announced");
            }
            assertEquals(0, gateway.exitCode(), gateway::output);
            assertTrue(gateway.output().contains("ended"), gateway::output);
        }
    }

    @Test
    void endsAtOnceAtTheSecondSigterm() throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningImage gateway = RunningImage.of(folder, "", upstream.baseUri(), "");
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch started = new CountDownLatch(1);
            Future<String> stream = clients.submit(() -> {
                try {
                    return call(gateway.port(), "sim-deltas-100000-interval-100ms", true, started);
                } catch (IOException e) {
                    return "cut";
                }
            });
            started.await();
            gateway.terminate();
            while (!gateway.output().contains("draining:")) {
                Thread.onSpinWait();
            }
            assertFalse(stream.isDone());
            gateway.terminate();
            assertEquals(0, gateway.exitCode(), gateway::output);
            assertFalse(stream.get().endsWith("\r\n0\r\n\r\n"), "a stream that was cut must not look whole");
        }
    }

    @Test
    void losesAtMostTheLastSecondOfUsageAndStartsAnewAfterSigkill() throws Exception {
        Path usage = folder.resolve("usage.jsonl");
        String more = "usage: {path: \"" + usage + "\"}\nstate: {path: \"" + folder.resolve("state") + "\", save-every: 1s}\n";
        List<String> ids = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        try (SimulatedUpstream upstream = SimulatedUpstream.start()) {
            RunningImage gateway = RunningImage.of(folder, "", upstream.baseUri(), more);
            while (ends.size() <= DUE || System.nanoTime() - ends.get(DUE) < 1_500_000_000L) {
                Matcher id = REQUEST_ID.matcher(call(gateway.port(), "gpt-5.1", false, new CountDownLatch(1)));
                assertTrue(id.find());
                ids.add(id.group(1));
                ends.add(System.nanoTime());
            }
            gateway.kill();
            long killed = System.nanoTime();
            assertEquals(128 + 9, gateway.exitCode());
            String written = Files.readString(usage);
            int due = 0;
            int lost = 0;
            for (int i = 0; i < ids.size(); i++) {
                boolean there = written.contains("\"" + ids.get(i) + "\"");
                if (killed - ends.get(i) >= 1_000_000_000L) {
                    due++;
                    assertTrue(there, "lost although it was " + (killed - ends.get(i)) / 1e9 + " s old");
                } else if (!there) {
                    lost++;
                }
            }
            assertTrue(due > DUE, "requests that had to be there: " + due);
            System.out.println("SIGKILL: " + ids.size() + " requests, " + lost + " of the last second lost");

            try (RunningImage again = RunningImage.of(folder, "", upstream.baseUri(), more)) {
                assertTrue(call(again.port(), "gpt-5.1", false, new CountDownLatch(1)).startsWith("HTTP/1.1 200 "));
                String said = again.end();
                assertFalse(said.contains(" ERROR ") || said.contains("damaged"), said);
            }
            List<String> lines = Files.readAllLines(usage);
            assertTrue(lines.stream().filter(line -> !line.startsWith("{") || !line.endsWith("}")).count() <= 1, "lines that were cut");
            assertTrue(lines.getLast().endsWith("}"), lines.getLast());
        }
    }
}
