import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Trains an image: runs its {@code sluice demo} with {@code -XX:AOTCacheOutput}, sends it what clients send (JSON, a stream, a
 * WebSocket turn, a refusal), and ends it as an operator would. Run by {@code image.sh} with the JDK that builds the image.
 */
final class TrainImage {
    /** Clients at once. */
    private static final int CLIENTS = 16;
    /**
     * Of each client. The cache keeps which methods were compiled best, and their profiles: with a thousandth of these requests
     * a new process spends half as much again on its first streams, and with less than half of them compiles for longer (decision 0127).
     */
    private static final int ROUNDS = 250;
    /** JSON requests for each stream. */
    private static final int PLAIN = 3;
    /** As quick as the simulator can, or the rounds would wait for its usual pace. */
    private static final String QUICK = "Say hello. [[sim:deltas=%d;interval=%dms]]";
    /** 100 KB of text in JSON, as agents send it: a request with it is handled aside from the others. */
    private static final String HEAVY = "line of a file \\\"quoted\\\"\\n".repeat(3_500);
    private static final Pattern GATEWAY = Pattern.compile("gateway +(http://127\\.0\\.0\\.1:\\d+/v1)");

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI gateway;

    private TrainImage(URI gateway) {
        this.gateway = gateway;
    }

    public static void main(String[] arguments) throws Exception {
        Path image = Path.of(arguments[0]);
        Path cache = Path.of(arguments[1]);
        ProcessBuilder builder = new ProcessBuilder(image.resolve("bin/sluice").toString(), "demo").redirectErrorStream(true);
        builder.environment().put("JAVA_OPTS", "-XX:AOTCacheOutput=" + cache + " -Xlog:aot=error -Xlog:cds=error");
        Process process = builder.start();
        StringBuilder output = new StringBuilder();
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            boolean trained = false;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                output.append(line).append('\n');
                Matcher matcher = GATEWAY.matcher(line);
                if (!trained && matcher.find()) {
                    trained = true;
                    new TrainImage(URI.create(matcher.group(1) + "/responses")).send();
                    process.toHandle().destroy(); // unlike Process.destroy, leaves the output open
                }
            }
        } finally {
            process.toHandle().destroy();
        }
        int code = process.waitFor();
        if (code != 0 || !Files.exists(cache)) {
            System.err.println(output);
            System.err.println("image: the training run ended with " + code + (Files.exists(cache) ? "" : " and left no cache"));
            System.exit(1);
        }
    }

    private void send() throws Exception {
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Callable<Void>> all = Collections.nCopies(CLIENTS, () -> {
                for (int i = 0; i < ROUNDS; i++) {
                    round();
                }
                return null;
            });
            for (Future<Void> done : clients.invokeAll(all)) {
                done.get();
            }
        }
        post("{\"model\":", 400);
        webSocketTurn();
    }

    private void round() throws IOException, InterruptedException {
        for (int i = 0; i < PLAIN; i++) {
            post("{\"model\":\"fast\",\"input\":\"" + QUICK.formatted(4, 0) + "\"}", 200);
        }
        post("{\"model\":\"fast\",\"input\":\"" + QUICK.formatted(4, 0) + "\",\"instructions\":\"" + HEAVY + "\"}", 200);
        post("{\"model\":\"fast\",\"stream\":true,\"prompt_cache_key\":\"k\",\"input\":\"" + QUICK.formatted(40, 1) + "\"}", 200);
    }

    private void post(String body, int status) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(gateway).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != status) {
            throw new IllegalStateException("expected " + status + ", got " + response.statusCode() + " " + response.body());
        }
    }

    /** One turn; a gateway that answers 426 is trained for that. */
    private void webSocketTurn() {
        try {
            turn();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof WebSocketHandshakeException refused && refused.getResponse().statusCode() == 426)) {
                throw e;
            }
        }
    }

    private void turn() {
        CompletableFuture<String> end = new CompletableFuture<>();
        WebSocket socket = client.newWebSocketBuilder().buildAsync(URI.create(gateway.toString().replace("http:", "ws:")),
                new WebSocket.Listener() {
                    private final StringBuilder message = new StringBuilder();

                    @Override
                    public CompletionStage<?> onText(WebSocket ws, CharSequence data, boolean last) {
                        message.append(data);
                        if (last) {
                            if (message.indexOf("\"response.completed\"") >= 0 || message.indexOf("\"type\":\"error\"") >= 0) {
                                end.complete(message.toString());
                            }
                            message.setLength(0);
                        }
                        ws.request(1);
                        return null;
                    }

                    @Override
                    public CompletionStage<?> onClose(WebSocket ws, int code, String reason) {
                        end.complete("closed " + code);
                        return null;
                    }

                    @Override
                    public void onError(WebSocket ws, Throwable error) {
                        end.completeExceptionally(error);
                    }
                }).join();
        socket.sendText("{\"type\":\"response.create\",\"model\":\"fast\",\"input\":\"Say hello.\"}", true).join();
        end.join();
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    }
}
