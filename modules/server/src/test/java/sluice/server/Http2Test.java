package sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sluice.simulator.Fault;
import sluice.simulator.ReceivedRequest;
import sluice.simulator.SimulatedUpstream;

/** Clients that speak HTTP/2, as the JDK's does. */
class Http2Test {
    static final String STREAM = "{\"model\":\"gpt-5.1\",\"stream\":true,\"store\":false,\"input\":\"hi\"}";
    private static final String JSON = STREAM.replace("true", "false");

    @TempDir
    private static Path folder;
    private static TestAuthority authority;

    private SimulatedUpstream upstream;
    private HttpClient client;

    @BeforeAll
    static void issue() throws Exception {
        authority = new TestAuthority(folder);
        authority.issue("first", "EC");
        authority.certificate("first", "first.pem");
        authority.key("first", "first.key");
    }

    @BeforeEach
    void start() throws Exception {
        upstream = SimulatedUpstream.start();
        client = HttpClient.newBuilder().sslContext(authority.trusting()).version(HttpClient.Version.HTTP_2).build();
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        upstream.close();
    }

    static String settings(Path folder) {
        return "server: {http2: true, tls: {cert: \"" + folder.resolve("first.pem") + "\", key: \"" + folder.resolve("first.key")
                + "\"}}\n";
    }

    private RunningGateway gateway(String more) throws IOException {
        return RunningGateway.accounts(upstream.baseUri(), 1, settings(folder) + more);
    }

    private static HttpRequest.Builder to(RunningGateway gateway, String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port() + path));
    }

    private static HttpRequest post(RunningGateway gateway, String body) {
        return to(gateway, "/v1/responses").POST(HttpRequest.BodyPublishers.ofString(body)).build();
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        assertEquals(HttpClient.Version.HTTP_2, answer.version());
        return answer;
    }

    @Test
    void areAnsweredAsThoseOfHttp1Are() throws Exception {
        try (RunningGateway gateway = gateway("")) {
            HttpResponse<String> json = send(post(gateway, JSON));
            assertEquals(200, json.statusCode(), json.body());
            assertEquals(JSON, new String(upstream.log().last().body(), StandardCharsets.UTF_8));
            assertTrue(json.headers().firstValue("x-sluice-request-id").isPresent());
            assertTrue(json.headers().firstValue("connection").isEmpty());
            HttpResponse<String> stream = send(post(gateway, STREAM));
            assertEquals("text/event-stream", stream.headers().firstValue("content-type").orElse(""));
            assertTrue(stream.headers().firstValue("transfer-encoding").isEmpty());
            assertTrue(stream.body().contains("event: response.completed\n"), stream.body());
            assertEquals(200, send(to(gateway, "/v1/models").build()).statusCode());
            assertEquals("", send(to(gateway, "/v1/models").HEAD().build()).body());
        }
    }

    @Test
    void sendLargeBodiesOfKnownAndUnknownLength() throws Exception {
        try (RunningGateway gateway = gateway("")) {
            String large = JSON.replace("hi", "x".repeat(11_000_000));
            assertEquals(200, send(post(gateway, large)).statusCode());
            assertEquals(large, new String(upstream.log().last().body(), StandardCharsets.UTF_8));
            byte[] bytes = large.getBytes(StandardCharsets.UTF_8);
            HttpRequest chunked = to(gateway, "/v1/responses").POST(HttpRequest.BodyPublishers.ofInputStream(
                    () -> new ByteArrayInputStream(bytes))).build();
            assertEquals(200, send(chunked).statusCode());
            assertEquals(large, new String(upstream.log().last().body(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void runAHundredStreamsOnOneConnection() throws Exception {
        upstream.always("sk-a", Fault.of("first=100ms"));
        try (RunningGateway gateway = gateway("")) {
            send(post(gateway, JSON)); // the connection stands, so that all share it
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(client.sendAsync(post(gateway, STREAM), BodyHandlers.ofString()));
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertEquals(200, answer.get().statusCode());
                assertEquals(1, answer.get().body().split("event: response.completed\n", -1).length - 1);
            }
            assertEquals(101, upstream.log().total());
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/responses, {\"model\":, 400, invalid_json", "/v1/nothing, {}, 404, unknown_path",
        "/v1/responses, LARGE, 413, body_too_large"})
    void areRefusedInTheSameWords(String path, String text, int status, String code) throws Exception {
        try (RunningGateway gateway = gateway("limits: {body: 1MiB}\n")) {
            String body = text.equals("LARGE") ? " ".repeat(2 << 20) : text;
            HttpResponse<String> answer = send(to(gateway, path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
            assertEquals(status, answer.statusCode(), answer.body());
            assertTrue(answer.body().contains("\"code\":\"" + code + "\""), answer.body());
            assertEquals("gateway", answer.headers().firstValue("x-sluice-error").orElse(""));
            assertEquals(200, send(post(gateway, JSON)).statusCode(), "the connection goes on");
        }
    }

    @Test
    void endTheUpstreamCallByAReset() throws Exception {
        upstream.always("sk-a", Fault.of("first=3600s"));
        try (RunningGateway gateway = gateway("")) {
            CompletableFuture<HttpResponse<String>> answer = client.sendAsync(post(gateway, STREAM), BodyHandlers.ofString());
            upstream.log().await(1);
            assertTrue(answer.cancel(true));
            assertEquals(ReceivedRequest.Ending.PEER_GONE, upstream.log().last().awaitEnd());
            gateway.awaitLog("error=client_gone");
        }
    }

    @Test
    void hearEachEventAtOnceAndTellABrokenStreamFromAnEnd() throws Exception {
        String opening = "event: response.created\n"
                + "data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"r\"}}\n\n";
        try (HandUpstream hand = new HandUpstream()) {
            RunningGateway gateway = RunningGateway.of(settings(folder) + "accounts: [{name: hand, base-url: \"" + hand.uri()
                    + "\", api-key: k}]\n");
            hand.say(opening + opening.replace("response.created", "response.output_text.delta").replace("\"response\":{\"id\":\"r\"}",
                    "\"delta\":\"x\""));
            HttpResponse<InputStream> answer = client.send(post(gateway, STREAM), BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                assertEquals(opening, new String(body.readNBytes(opening.length()), StandardCharsets.UTF_8));
                gateway.close(); // a stop that nobody waited for: the stream is cut
                assertThrows(IOException.class, body::readAllBytes);
            }
        }
    }

    @Test
    void endTheirStreamsWholeInADrain() throws Exception {
        upstream.always("sk-a", Fault.of("first=300ms"));
        RunningGateway gateway = gateway("");
        CompletableFuture<HttpResponse<String>> answer = client.sendAsync(post(gateway, STREAM), BodyHandlers.ofString());
        upstream.log().await(1);
        gateway.process().drain(() -> { });
        gateway.close();
        assertTrue(answer.get().body().contains("event: response.completed\n"), answer.get().body());
    }
}
