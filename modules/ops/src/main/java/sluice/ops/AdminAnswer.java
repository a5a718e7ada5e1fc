package sluice.ops;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * How the admin port reads and answers. Within {@link #asHead} only the head of an answer is sent: who asks by HEAD would take a body for
 * the next answer (RFC 9110 §9.3.2). Stateless.
 */
public final class AdminAnswer {
    static final String JSON = "application/json";
    /** Bound while a request of HEAD is answered, so that no handler needs to know of it. */
    private static final ScopedValue<Boolean> HEAD_ONLY = ScopedValue.newInstance();

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

    /** Sends JSON. */
    public static void json(ServerResponse response, String text) {
        send(response, JSON, text);
    }

    static void send(ServerResponse response, String type, String text) {
        response.headers().set(HeaderNames.CACHE_CONTROL, "no-store");
        send(response, type, text.getBytes(StandardCharsets.UTF_8));
    }

    static void send(ServerResponse response, String type, byte[] body) {
        response.headers().set(HeaderNames.CONTENT_TYPE, type);
        if (isHead()) {
            response.headers().set(HeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
            response.send();
        } else {
            response.send(body);
        }
    }

    static boolean isHead() {
        return HEAD_ONLY.isBound();
    }

    /** Has {@code handling} answer with the head alone. */
    static void asHead(Runnable handling) {
        ScopedValue.where(HEAD_ONLY, true).run(handling);
    }
}
