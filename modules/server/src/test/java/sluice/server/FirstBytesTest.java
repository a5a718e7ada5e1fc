package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.http1.HttpInput;
import sluice.http1.RequestHead;
import sluice.net.SocketLink;

/**
 * A client that waits to acknowledge what came (RFC 1122 §4.2.3.2: 40 ms on Linux) and a sender that waits for that before it sends a
 * small rest (RFC 896) make each other wait. Here the client has what the upstream has sent before the upstream sends more, in any
 * arrangement of pieces, so that such a wait would show in each try; one that only a busy machine makes does not.
 */
class FirstBytesTest {
    private static final Duration DELAYED_ACKNOWLEDGEMENT = Duration.ofMillis(35);
    private static final int TRIES = 12;
    private static final int MOST_PIECES = 8;

    /** How a client comes in. */
    enum Way { PLAIN, TLS, HTTP_2 }

    /**
     * How the answer comes.
     *
     * @param type its content type
     * @param headAlone whether its head comes before its first piece
     * @param pieces the lengths of its pieces
     */
    record Arrangement(String type, boolean headAlone, List<Integer> pieces) { }

    @TempDir
    private static Path certificates;
    private static TestAuthority authority;

    private Upstream upstream;

    /** Sends an answer piece by piece, each when the client has the one before. */
    private static final class Upstream implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final Semaphore heard = new Semaphore(0);
        private final long[] sentNanos = new long[MOST_PIECES];
        private volatile Arrangement arrangement = new Arrangement("application/json", false, List.of());

        Upstream() throws IOException {
            Thread.ofVirtual().start(() -> {
                while (!server.isClosed()) {
                    try {
                        Socket socket = server.accept();
                        Thread.ofVirtual().start(() -> serve(socket));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
        }

        private void serve(Socket socket) {
            try (socket) {
                socket.setTcpNoDelay(true);
                HttpInput input = new HttpInput(new SocketLink(socket), 64 * 1024);
                for (RequestHead head = input.readRequestHead().orElseThrow();; head = input.readRequestHead().orElseThrow()) {
                    input.body(head.bodyBytes()).read(new byte[4096], 0, 4096);
                    answer(socket.getOutputStream());
                }
            } catch (Exception e) {
                // The gateway has closed the connection.
            }
        }

        private void answer(OutputStream out) throws IOException, InterruptedException {
            Arrangement now = arrangement;
            byte[] head = ("HTTP/1.1 200 OK\r\nContent-Type: " + now.type + "\r\nContent-Length: "
                    + now.pieces.stream().mapToInt(Integer::intValue).sum() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
            if (now.headAlone) {
                out.write(head);
                head = new byte[0];
            }
            for (int i = 0; i < now.pieces.size(); i++) {
                byte[] piece = piece(now.type, now.pieces.get(i), i == 0, i == now.pieces.size() - 1);
                byte[] both = Arrays.copyOf(head, head.length + piece.length);
                System.arraycopy(piece, 0, both, head.length, piece.length);
                head = new byte[0];
                sentNanos[i] = System.nanoTime();
                out.write(both);
                heard.acquire();
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /** A part of a JSON text, or a whole event. */
    private static byte[] piece(String type, int length, boolean first, boolean last) {
        boolean event = type.equals("text/event-stream");
        byte[] start = (event && last ? "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"resp_1\",\"object\":\"response\","
                + "\"status\":\"completed\"},\"d\":\"" : event ? "data: {\"type\":\"response.output_text.delta\",\"delta\":\"" : first
                ? "{\"id\":\"resp_1\",\"object\":\"response\"" : "").getBytes(StandardCharsets.US_ASCII);
        byte[] end = (event ? "\"}\n\n" : last ? "}" : "").getBytes(StandardCharsets.US_ASCII);
        byte[] piece = new byte[length];
        Arrays.fill(piece, (byte) ' ');
        System.arraycopy(start, 0, piece, 0, start.length);
        System.arraycopy(end, 0, piece, length - end.length, end.length);
        return piece;
    }

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(certificates);
        authority.issue("doors", "EC");
    }

    @BeforeEach
    void start() throws IOException {
        upstream = new Upstream();
    }

    @AfterEach
    void stop() throws IOException {
        upstream.close();
    }

    static Stream<Arguments> ways() {
        return Stream.of(Way.values()).flatMap(way -> Stream.of(
                new Arrangement("application/json", false, List.of(40)),
                new Arrangement("application/json", true, List.of(40, 100)),
                new Arrangement("application/json", true, List.of(40, 1400, 1)),
                new Arrangement("application/json", false, List.of(3000, 10, 1460)),
                new Arrangement("application/json", true, List.of(70_000, 5, 70_000, 5)),
                new Arrangement("text/event-stream", true, List.of(70, 60, 70, 160)),
                new Arrangement("text/event-stream", false, List.of(200, 1448, 1500, 160)),
                new Arrangement("text/event-stream", true, List.of(9000, 60, 17_000, 160)),
                new Arrangement("text/event-stream", false, List.of(66_000, 60, 60, 33_000)))
                .map(arrangement -> Arguments.of(way, arrangement)));
    }

    private static HttpClient client(Way way) throws Exception {
        return HttpClient.newBuilder().sslContext(authority.trusting())
                .version(way == Way.HTTP_2 ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1).build();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void comeWithoutWaitingForAnAcknowledgement(Way way, Arrangement arrangement) throws Exception {
        upstream.arrangement = arrangement;
        long[] best = new long[arrangement.pieces.size()];
        Arrays.fill(best, Long.MAX_VALUE);
        String yaml = "accounts: [{name: a, base-url: \"http://127.0.0.1:" + upstream.server.getLocalPort() + "/v1\", api-key: k}]\n"
                + (way == Way.PLAIN ? "" : "server: {" + Door.settings(authority) + "}\n");
        try (HttpClient client = client(way); RunningGateway gateway = RunningGateway.of(yaml)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create((way == Way.PLAIN ? "http" : "https") + "://localhost:" + gateway.port()
                    + "/v1/responses")).POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"gpt-5\",\"stream\":"
                    + arrangement.type.equals("text/event-stream") + ",\"input\":\"hi\"}")).build();
            for (int i = 0; i < TRIES; i++) {
                HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
                assertEquals(200, answer.statusCode());
                assertEquals(way == Way.HTTP_2 ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1, answer.version());
                hear(answer.body(), arrangement, best);
            }
        }
        List<Long> late = new ArrayList<>();
        for (long nanos : best) {
            late.add(nanos / 1_000_000);
        }
        assertTrue(late.stream().allMatch(millis -> millis < DELAYED_ACKNOWLEDGEMENT.toMillis()),
                "milliseconds until the first byte of each piece, of the best of " + TRIES + " tries: " + late);
    }

    private void hear(InputStream in, Arrangement arrangement, long[] best) throws IOException {
        try (in) {
            for (int i = 0; i < best.length; i++) {
                assertTrue(in.read() >= 0);
                best[i] = Math.min(best[i], System.nanoTime() - upstream.sentNanos[i]);
                in.skipNBytes(arrangement.pieces.get(i) - 1L);
                upstream.heard.release();
            }
            assertEquals(-1, in.read());
        }
    }
}
