package sluice.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;
import sluice.simulator.SimulatorSettings;

/** Many large bodies at once, sent to the image with a small heap; an operator looks on. */
class MemoryCeilingTest {
    private static final int REQUESTS = 200;
    private static final int BODY_BYTES = 11_000_000;
    private static final String HEAD = "{\"model\":\"gpt-5.1\",\"metadata\":{\"number\":\"%06d\"},\"input\":\"";
    private static final byte[] BODY = body();

    /** Numbers of the bodies that reached the upstream byte for byte. */
    private final Set<Integer> intact = ConcurrentHashMap.newKeySet();
    private final Set<Integer> changed = ConcurrentHashMap.newKeySet();
    private final Semaphore compared = new Semaphore(0);

    @Test
    void someWaitOrAreRefusedAndTheOthersAreAnsweredRight(@TempDir Path folder) throws Exception {
        List<String> answers = new ArrayList<>();
        try (SimulatedUpstream upstream = SimulatedUpstream.start(SimulatorSettings.DEFAULT, this::compare);
                RunningImage gateway = RunningImage.of(folder, "-Xmx512m", upstream.baseUri(), "server: {admin: {open: true}}\n");
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch connected = new CountDownLatch(REQUESTS);
            List<Future<String>> calls = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                int number = i;
                calls.add(clients.submit(() -> call(gateway.port(), number, connected)));
            }
            AtomicBoolean over = new AtomicBoolean();
            Future<List<Integer>> looks = clients.submit(() -> lookOn(gateway.adminUri(), over));
            for (Future<String> call : calls) {
                answers.add(call.get());
            }
            over.set(true);
            assertEquals(List.of(200), looks.get().stream().distinct().toList(), "what an operator asked for meanwhile");
            long answered = answers.stream().filter(answer -> answer.startsWith("HTTP/1.1 200 ")).count();
            List<String> refused = answers.stream().filter(answer -> answer.startsWith("HTTP/1.1 503 ")).toList();
            System.out.printf("%d bodies of %d bytes at once: %d answered, %d refused, peak RSS %d MiB%n", REQUESTS, BODY_BYTES,
                    answered, refused.size(), gateway.peakBytes() >> 20);
            assertEquals(REQUESTS, answered + refused.size(), answers::toString);
            assertTrue(answered > 0);
            assertTrue(refused.stream().allMatch(answer -> answer.contains("\"memory_budget\"")
                    && answer.toLowerCase(java.util.Locale.ROOT).contains("\r\nretry-after: ")), refused::toString);
            compared.acquire((int) answered); // the upstream tells of a request after it has answered
            assertEquals(Set.of(), changed);
            assertEquals(answered, intact.size());
            assertEquals(200, small(gateway.uri()));
            String output = gateway.end();
            assertFalse(output.contains("OutOfMemoryError"), output);
        }
    }

    /** Asks for everything that an operator would need now, until it is over; gives each status. */
    private static List<Integer> lookOn(URI admin, AtomicBoolean over) throws IOException, InterruptedException {
        List<Integer> statuses = new ArrayList<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            do {
                for (String path : List.of("/health/live", "/health/ready", "/metrics", "/admin/overview", "/")) {
                    HttpRequest request = HttpRequest.newBuilder(admin.resolve(path)).build();
                    statuses.add(client.send(request, HttpResponse.BodyHandlers.ofByteArray()).statusCode());
                }
            } while (!over.get());
        }
        return statuses;
    }

    /** One body on a connection of its own; gives the whole answer. */
    private static String call(int port, int number, CountDownLatch connected) throws IOException, InterruptedException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            connected.countDown();
            connected.await();
            String head = "POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                    + BODY_BYTES + "\r\nConnection: close\r\n\r\n" + HEAD.formatted(number);
            byte[] first = head.getBytes(StandardCharsets.UTF_8);
            int written = HEAD.formatted(number).length();
            try {
                socket.getOutputStream().write(first);
                socket.getOutputStream().write(BODY, written, BODY.length - written);
            } catch (IOException e) {
                // Refused before all was sent; the answer says so.
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void compare(ReceivedRequest request) {
        byte[] body = request.body();
        int start = HEAD.formatted(0).length();
        if (body.length < BODY.length) {
            return; // the small one
        }
        int number = Integer.parseInt(new String(body, HEAD.indexOf('%'), 6, StandardCharsets.UTF_8));
        boolean same = Arrays.equals(body, start, body.length, BODY, start, BODY.length);
        (same ? intact : changed).add(number);
        compared.release();
    }

    private static int small(URI gateway) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway + "/responses"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"gpt-5.1\",\"input\":\"hi\"}")).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private static byte[] body() {
        byte[] body = new byte[BODY_BYTES];
        byte[] head = HEAD.formatted(0).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(head, 0, body, 0, head.length);
        for (int i = head.length; i < body.length - 2; i++) {
            body[i] = (byte) ('a' + i % 26);
        }
        body[body.length - 2] = '"';
        body[body.length - 1] = '}';
        return body;
    }
}
