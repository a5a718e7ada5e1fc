package sluice.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

/** A client of a gateway with TLS, by HTTP of a version. */
final class HttpDoor implements AutoCloseable {
    private final HttpClient client;
    private final RunningGateway gateway;
    private final HttpClient.Version version;

    HttpDoor(RunningGateway gateway, TestAuthority authority, HttpClient.Version version) throws Exception {
        client = HttpClient.newBuilder().sslContext(authority.trusting()).version(version).build();
        this.gateway = gateway;
        this.version = version;
    }

    /** Sends a request; one without a body is sent none. */
    HttpResponse<String> send(String method, String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port() + path))
                .method(method, body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.version() != version) {
            throw new AssertionError("came in by " + answer.version());
        }
        return answer;
    }

    /** The first value of each of an answer's headers. */
    static Map<String, String> headers(HttpResponse<String> answer) {
        Map<String, String> first = new java.util.TreeMap<>();
        answer.headers().map().forEach((name, values) -> first.put(name, values.getFirst()));
        return first;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
