package sluice.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * One page in a headless Chromium, driven by the DevTools protocol: {@code $CHROME}, or one that is on the path. With
 * {@code -Dsluice.screenshots=FOLDER}, {@link #screenshot} keeps what a person would see.
 */
final class Browser implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Path profile;
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final String session;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> pending = new ConcurrentHashMap<>();

    private Browser(Path program) throws IOException {
        profile = Files.createTempDirectory("sluice-browser");
        process = new ProcessBuilder(program.toString(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--remote-debugging-port=0", "--user-data-dir=" + profile, "about:blank").redirectErrorStream(true).start();
        socket = http.newWebSocketBuilder().buildAsync(endpoint(), new Answers()).join();
        String target = call("Target.createTarget", "", Map.of("url", "about:blank")).get("targetId").asText();
        session = call("Target.attachToTarget", "", Map.of("targetId", target, "flatten", true)).get("sessionId").asText();
        call("Page.enable", session, Map.of());
    }

    /** A browser on this machine; empty if there is none. */
    static Optional<Path> find() {
        String chosen = System.getenv().getOrDefault("CHROME", "");
        if (!chosen.isEmpty()) {
            return Optional.of(Path.of(chosen));
        }
        return Stream.of(System.getenv("PATH").split(":")).flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable).findFirst();
    }

    static Browser start(Path program) throws IOException {
        return new Browser(program);
    }

    /** Opens an address in a window of this size. */
    void open(URI address, int width, int height, boolean dark) {
        call("Emulation.setDeviceMetricsOverride", session, Map.of("width", width, "height", height, "deviceScaleFactor", 1,
                "mobile", width < 600));
        call("Emulation.setEmulatedMedia", session, Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value",
                dark ? "dark" : "light"))));
        call("Page.navigate", session, Map.of("url", address.toString()));
    }

    /** The value of an expression in the page. */
    JsonNode value(String expression) {
        JsonNode answer = call("Runtime.evaluate", session, Map.of("expression", expression, "awaitPromise", true,
                "returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
        }
        return answer.get("result").path("value");
    }

    /** Waits until an expression is true in the page. */
    void await(String condition) {
        value("new Promise(done => { const look = () => { let good = false; try { good = " + condition + "; } catch { } "
                + "good ? done(true) : requestAnimationFrame(look); }; look(); })");
    }

    /** Presses a key, as a person without a mouse does. */
    void press(String key, int code) {
        String text = key.equals("Enter") ? "\r" : "";
        for (String type : List.of("keyDown", "keyUp")) {
            call("Input.dispatchKeyEvent", session, Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code,
                    "text", text));
        }
    }

    /** Keeps a picture of the whole page, if the run was asked for it. */
    void screenshot(String name) throws IOException {
        String folder = System.getProperty("sluice.screenshots", "");
        if (!folder.isEmpty()) {
            int width = value("document.documentElement.scrollWidth").asInt();
            int height = value("document.documentElement.scrollHeight").asInt();
            JsonNode picture = call("Page.captureScreenshot", session, Map.of("captureBeyondViewport", true, "clip", Map.of("x", 0,
                    "y", 0, "width", width, "height", height, "scale", 1)));
            Files.write(Files.createDirectories(Path.of(folder)).resolve(name + ".png"),
                    Base64.getDecoder().decode(picture.get("data").asText()));
        }
    }

    @Override
    public void close() throws IOException {
        call("Browser.close", "", Map.of());
        process.onExit().join();
        http.shutdownNow();
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private URI endpoint() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int at = line.indexOf("ws://");
            if (at >= 0) {
                Thread.ofVirtual().start(() -> lines.lines().forEach(more -> { }));
                return URI.create(line.substring(at).strip());
            }
            said.append(line).append('\n');
        }
        throw new IOException("the browser did not start: " + said);
    }

    private JsonNode call(String method, String sessionId, Map<String, Object> parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        pending.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", JSON.valueToTree(parameters));
        if (!sessionId.isEmpty()) {
            message.put("sessionId", sessionId);
        }
        socket.sendText(message.toString(), true).join();
        JsonNode got = answer.join();
        if (got.has("error")) {
            throw new AssertionError(method + ": " + got.get("error"));
        }
        return got.get("result");
    }

    /** Puts answers to their calls; what the browser says unasked is not wanted. */
    private final class Answers implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonNode message = read(text.toString());
                text.setLength(0);
                CompletableFuture<JsonNode> waiting = pending.remove(message.path("id").asInt());
                if (waiting != null) {
                    waiting.complete(message);
                }
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            onError(from, new IOException("the browser ended"));
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            pending.values().forEach(waiting -> waiting.completeExceptionally(error));
        }

        private JsonNode read(String json) {
            try {
                return JSON.readTree(json);
            } catch (IOException e) {
                throw new IllegalStateException("the browser sent no JSON", e);
            }
        }
    }
}
