package sluice.ops;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** How the admin API reads and answers. Stateless. */
final class AdminAnswer {
    static final String JSON = "application/json";

    private AdminAnswer() {
    }

    /** At most so many bytes of the body. */
    static byte[] read(ServerRequest request, int most) {
        try (InputStream in = request.content().inputStream()) {
            return in.readNBytes(most);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String error(String code, String message) {
        return JsonOut.object(json -> json.object("error", inner -> inner.text("code", code).text("message", message)));
    }

    static void fail(ServerResponse response, Status status, String code, String message) {
        response.status(status);
        json(response, error(code, message));
    }

    static void json(ServerResponse response, String text) {
        send(response, JSON, text);
    }

    static void send(ServerResponse response, String type, String text) {
        response.headers().set(HeaderNames.CONTENT_TYPE, type);
        response.headers().set(HeaderNames.CACHE_CONTROL, "no-store");
        response.send(text.getBytes(StandardCharsets.UTF_8));
    }
}
