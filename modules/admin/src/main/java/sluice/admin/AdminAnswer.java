package sluice.admin;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import sluice.json.JsonStrings;

/**
 * How the admin port reads and answers. Within {@link #asHead} only the head of an answer is sent: who asks by HEAD would take a body for
 * the next answer (RFC 9110 §9.3.2). Stateless.
 */
public final class AdminAnswer {
    /** The type of JSON. */
    public static final String JSON = "application/json";
    /** Bound while a request of HEAD is answered, so that no handler needs to know of it. */
    private static final ScopedValue<Boolean> HEAD_ONLY = ScopedValue.newInstance();

    private AdminAnswer() {
    }

    /** At most so many bytes of the body. */
    public static byte[] read(ServerRequest request, int most) {
        try (InputStream in = request.content().inputStream()) {
            return in.readNBytes(most);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends an error. */
    public static void fail(ServerResponse response, Status status, String code, String message) {
        response.status(status);
        StringBuilder text = new StringBuilder("{\"error\":{\"code\":");
        JsonStrings.appendQuoted(text, code);
        JsonStrings.appendQuoted(text.append(",\"message\":"), message);
        json(response, text.append("}}").toString());
    }

    /** Sends JSON. */
    public static void json(ServerResponse response, String text) {
        send(response, JSON, text);
    }

    /** Sends what nobody may keep. */
    public static void send(ServerResponse response, String type, String text) {
        response.headers().set(HeaderNames.CACHE_CONTROL, "no-store");
        send(response, type, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends what may be kept. */
    public static void send(ServerResponse response, String type, byte[] body) {
        response.headers().set(HeaderNames.CONTENT_TYPE, type);
        if (isHead()) {
            response.headers().set(HeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
            response.send();
        } else {
            response.send(body);
        }
    }

    /** Whether only the head is asked for. */
    public static boolean isHead() {
        return HEAD_ONLY.isBound();
    }

    /** Has {@code handling} answer with the head alone. */
    static void asHead(Runnable handling) {
        ScopedValue.where(HEAD_ONLY, true).run(handling);
    }
}
