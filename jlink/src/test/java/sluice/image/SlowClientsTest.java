package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.simulator.SimulatedUpstream;

/**
 * Many connections that send a byte a second, half of them in their head and half in their body, while normal clients go on.
 * {@code -Dsluice.slow-clients=5000} makes them as many as the issue of slow clients is usually shown with.
 */
class SlowClientsTest {
    private static final int SLOW = Integer.getInteger("sluice.slow-clients", 200);
    private static final int NORMAL = 4;
    private static final long BYTE_EVERY_NANOS = 1_000_000_000;
    private static final String BODY = "{\"model\":\"gpt-5.1\",\"store\":false,\"input\":\"hi\"}";
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");
    private static final byte[] REQUEST = ("POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + BODY.length() + "\r\n\r\n"
            + BODY).getBytes(StandardCharsets.US_ASCII);

    @Test
    void doNotStopOthersAndAreClosed(@TempDir Path folder) throws Exception {
        try (SimulatedUpstream upstream = SimulatedUpstream.start();
                RunningImage gateway = RunningImage.of(folder, "", upstream.baseUri(), "server: {head-timeout: 5s, body-timeout: 5s}\n"
                        + "log: {requests: off}\n");
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            long[] alone = normal(gateway.port(), clients, List.of());
            CountDownLatch connected = new CountDownLatch(SLOW);
            List<Future<Double>> slow = new ArrayList<>();
            for (int i = 0; i < SLOW; i++) {
                boolean inBody = i % 2 == 0;
                slow.add(clients.submit(() -> trickle(gateway.port(), inBody, connected)));
            }
            connected.await();
            long[] among = normal(gateway.port(), clients, slow);
            double longest = 0;
            for (Future<Double> one : slow) {
                longest = Math.max(longest, one.get());
            }
            assertEquals(alone.length + among.length, upstream.log().total(), "the slow ones reached the upstream");
            System.out.printf("slow clients: %d, closed after at most %.1f s; normal clients alone: %d requests, p50 %d us, p99 %d us;"
                    + " among them: %d requests, p50 %d us, p99 %d us%n", SLOW, longest, alone.length, alone[alone.length / 2],
                    alone[alone.length * 99 / 100], among.length, among[among.length / 2], among[among.length * 99 / 100]);
            assertTrue(longest < 60, "a slow client was served for " + longest + " s");
        }
    }

    /** Sends a byte a second until the gateway closes; gives how long it took. */
    private static double trickle(int port, boolean inBody, CountDownLatch connected) throws IOException {
        long begun = System.nanoTime();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((inBody ? "POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
                    : "POST /v1/responses HTTP/1.1\r\nA: ").getBytes(StandardCharsets.US_ASCII));
            connected.countDown();
            Thread reader = Thread.startVirtualThread(() -> {
                try {
                    socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                } catch (IOException e) {
                    // It is closed.
                }
            });
            while (reader.isAlive()) {
                LockSupport.parkNanos(BYTE_EVERY_NANOS);
                socket.getOutputStream().write(' ');
            }
        } catch (IOException e) {
            // It is closed, as it should be.
        }
        return (System.nanoTime() - begun) / 1e9;
    }

    /** What normal requests take, in microseconds, sorted: while slow ones are there, or a thousand for each client. */
    private static long[] normal(int port, ExecutorService clients, List<Future<Double>> slow) throws Exception {
        List<Future<List<Long>>> calls = new ArrayList<>();
        for (int i = 0; i < NORMAL; i++) {
            calls.add(clients.submit(() -> {
                List<Long> micros = new ArrayList<>();
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    socket.setTcpNoDelay(true);
                    while (slow.isEmpty() ? micros.size() < 1000 : slow.stream().anyMatch(one -> !one.isDone())) {
                        long begun = System.nanoTime();
                        socket.getOutputStream().write(REQUEST);
                        readAnswer(socket.getInputStream());
                        micros.add((System.nanoTime() - begun) / 1000);
                        LockSupport.parkNanos(2_000_000);
                    }
                }
                return micros;
            }));
        }
        List<Long> all = new ArrayList<>();
        for (Future<List<Long>> call : calls) {
            all.addAll(call.get());
        }
        return all.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    private static void readAnswer(InputStream in) throws IOException {
        StringBuilder answer = new StringBuilder();
        byte[] piece = new byte[16 * 1024];
        while (!isWhole(answer)) {
            int count = in.read(piece);
            if (count < 0) {
                throw new IOException("the gateway closed: " + answer);
            }
            answer.append(new String(piece, 0, count, StandardCharsets.ISO_8859_1));
        }
        assertTrue(answer.indexOf("HTTP/1.1 200 ") == 0, answer::toString);
    }

    private static boolean isWhole(StringBuilder answer) {
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        Matcher length = LENGTH.matcher(answer.substring(0, end));
        return length.find() ? answer.length() - end - 4 == Integer.parseInt(length.group(1))
                : answer.lastIndexOf("\r\n0\r\n\r\n") == answer.length() - 7;
    }
}
