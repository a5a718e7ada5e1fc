package sluice.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import sluice.api.ErrorJson;
import sluice.api.GatewayError;
import sluice.api.Headers;
import sluice.api.JsonStrings;

/**
 * Errors as WebSocket messages: {@code {"type":"error","status":429,"error":{…},"headers":{"retry-after":"2"}}}. Stateless.
 */
final class ErrorMessage {
    /** Most headers that are read of one message. */
    private static final int MAX_HEADERS = 64;
    private static final JsonFactory JSON = new JsonFactory();

    private ErrorMessage() {
    }

    /** The message, UTF-8; {@code streamId} is empty where the turn has none. */
    static byte[] of(GatewayError error, String streamId) {
        StringBuilder out = new StringBuilder(240);
        out.append("{\"type\":\"error\",\"status\":").append(error.status()).append(",\"error\":");
        ErrorJson.appendObject(out, error);
        out.append(",\"headers\":{\"x-sluice-error\":\"")
                .append(error.source() == GatewayError.Source.UPSTREAM ? "upstream" : "gateway").append('"');
        if (!error.retryAfter().isZero()) {
            out.append(",\"retry-after\":\"").append(Math.max(1, PooledRequest.seconds(error.retryAfter()))).append('"');
        }
        out.append('}');
        if (!streamId.isEmpty()) {
            out.append(",\"stream_id\":");
            JsonStrings.appendQuoted(out, streamId);
        }
        return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The headers that an upstream's message carries. */
    static Headers headers(byte[] message) {
        Headers.Builder found = Headers.builder();
        try (JsonParser parser = JSON.createParser(message)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Headers.EMPTY;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isHeaders = parser.currentName().equals("headers");
                if (parser.nextToken() == JsonToken.START_OBJECT && isHeaders) {
                    readHeaders(parser, found);
                } else {
                    parser.skipChildren();
                }
            }
        } catch (IOException e) {
            // What was read until here is as good as it gets.
        }
        return found.build();
    }

    private static void readHeaders(JsonParser parser, Headers.Builder found) throws IOException {
        for (int i = 0; parser.nextToken() == JsonToken.FIELD_NAME && i < MAX_HEADERS; i++) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (value.isScalarValue()) {
                found.add(name, parser.getText());
            } else {
                parser.skipChildren();
            }
        }
    }
}
