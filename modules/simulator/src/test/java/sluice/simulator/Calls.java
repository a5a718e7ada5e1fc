package sluice.simulator;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

/** Requests to a simulated upstream as tests make them. */
final class Calls implements AutoCloseable {
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;

    Calls(SimulatedUpstream upstream) {
        base = upstream.baseUri();
    }

    HttpResponse<String> post(String key, String body) throws IOException, InterruptedException {
        return post("/responses", key, body);
    }

    HttpResponse<String> post(String path, String key, String body) throws IOException, InterruptedException {
        return send(request(path, key).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> get(String path, String key) throws IOException, InterruptedException {
        return send(request(path, key).GET());
    }

    HttpResponse<String> delete(String path, String key) throws IOException, InterruptedException {
        return send(request(path, key).DELETE());
    }

    HttpResponse<String> stream(String key, String options) throws IOException, InterruptedException {
        return post(key, streaming(options));
    }

    HttpClient client() {
        return client;
    }

    HttpRequest.Builder request(String path, String key) {
        return HttpRequest.newBuilder(URI.create(base + path)).header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json");
    }

    static String streaming(String options) {
        return "{\"model\":\"gpt-5.1\",\"stream\":true,\"input\":\"hi [[sim:" + options + "]]\"}";
    }

    static String json(String options) {
        return "{\"model\":\"gpt-5.1\",\"input\":\"hi [[sim:" + options + "]]\"}";
    }

    /** Names of the events in a stream. */
    static List<String> events(String stream) {
        List<String> names = new ArrayList<>();
        stream.lines().filter(line -> line.startsWith("event: ")).forEach(line -> names.add(line.substring(7)));
        return names;
    }

    /** The value of a string member, the first of that name. */
    static String member(String json, String name) {
        int at = json.indexOf("\"" + name + "\":\"") + name.length() + 4;
        return json.substring(at, json.indexOf('"', at));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
