package sluice.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that holds every answer against OpenAI's document. */
final class Asking implements AutoCloseable {
    private static final Pattern OBJECT = Pattern.compile("\"object\": ?\"([a-z_.]+)\"");

    private final HttpClient client = HttpClient.newHttpClient();
    private final OpenAiSchemas schemas;
    private final URI base;
    private final String key;

    /** What came, and what is wrong with it. */
    record Heard(int status, String body, List<String> faults) {
        /** Names of a stream's events, or of a socket's messages. */
        List<String> types() {
            return data(body).stream().map(OpenAiSchemas::typeOf).toList();
        }

        private static List<String> data(String body) {
            return body.lines().filter(line -> line.startsWith("data: ")).map(line -> line.substring(6)).toList();
        }
    }

    Asking(OpenAiSchemas schemas, URI base, String key) {
        this.schemas = schemas;
        this.base = base;
        this.key = key;
    }

    Heard post(String path, String body) throws IOException {
        return send("POST", path, body);
    }

    /** By the old client of the JDK: the new one forgets what came before an answer was broken off. */
    Heard send(String method, String path, String body, String... headers) throws IOException {
        HttpURLConnection call = (HttpURLConnection) URI.create(base + path).toURL().openConnection();
        call.setRequestMethod(method);
        call.setRequestProperty("Authorization", "Bearer " + key);
        call.setRequestProperty("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            call.setRequestProperty(headers[i], headers[i + 1]);
        }
        if (!body.isEmpty()) {
            call.setDoOutput(true);
            call.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        }
        int status = call.getResponseCode();
        String told = text(status >= 400 ? call.getErrorStream() : call.getInputStream());
        boolean stream = String.valueOf(call.getContentType()).startsWith("text/event-stream");
        return new Heard(status, told, stream ? streamFaults(told) : schemas.faults(schemaOf(status, told), told));
    }

    /** All that comes, also of an answer that is broken off on purpose. */
    private static String text(InputStream body) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (body) {
            for (int next = body.read(); next >= 0; next = body.read()) {
                all.write(next);
            }
        } catch (IOException e) {
            // Whoever asked looks at what came until then.
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** One turn on a WebSocket of its own; its messages are told as the events of a stream. */
    Heard turn(String message) throws InterruptedException {
        List<String> messages = Listener.turn(client, base, key, message);
        List<String> faults = new ArrayList<>();
        messages.forEach(text -> faults.addAll(schemas.messageFaults(text)));
        return new Heard(101, "data: " + String.join("\ndata: ", messages) + "\n", faults);
    }

    private List<String> streamFaults(String body) {
        List<String> faults = new ArrayList<>();
        Heard.data(body).stream().filter(data -> !data.equals("[DONE]")).forEach(data -> faults.addAll(schemas.eventFaults(data)));
        return faults;
    }

    private static String schemaOf(int status, String body) {
        if (status >= 400) {
            return "ErrorResponse";
        }
        Matcher object = OBJECT.matcher(body);
        return switch (object.find() ? object.group(1) : "") {
            case "response.compaction" -> "CompactResource";
            case "response.input_tokens" -> "TokenCountsResource";
            case "model" -> "Model";
            case "list" -> body.contains("\"has_more\"") ? "ResponseItemList" : "ListModelsResponse";
            default -> "Response";
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
