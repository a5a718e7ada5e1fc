package sluice.failures;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Duration;

/**
 * An upstream's error body, as far as Sluice needs to know it.
 *
 * @param code OpenAI's code; empty if there is none
 * @param type OpenAI's type; empty if there is none
 * @param message the message; empty if there is none
 * @param json whether the body is a JSON object
 * @param openAi whether the body has the shape {@code {"error":{…}}}
 * @param resetsIn when the limit that was hit ends, if the body says so; zero if it does not
 */
public record UpstreamError(String code, String type, String message, boolean json, boolean openAi, Duration resetsIn) {
    private static final JsonFactory JSON = new JsonFactory();
    /** Nothing was said. */
    public static final UpstreamError NONE = new UpstreamError("", "", "", false, false, Duration.ZERO);
    private static final int MAX_FIELDS = 64;

    /** Reads an error body; a body that is not JSON gives an error without a code. */
    public static UpstreamError read(byte[] body, int length, long epochMillis) {
        try (JsonParser parser = JSON.createParser(body, 0, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return NONE;
            }
            UpstreamError found = new UpstreamError("", "", "", true, false, Duration.ZERO);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isError = parser.currentName().equals("error");
                JsonToken value = parser.nextToken();
                if (isError && value == JsonToken.START_OBJECT) {
                    found = readError(parser, epochMillis);
                } else {
                    parser.skipChildren();
                }
            }
            return parser.currentToken() == JsonToken.END_OBJECT ? found : NONE;
        } catch (IOException e) {
            return NONE;
        }
    }

    private static UpstreamError readError(JsonParser parser, long epochMillis) throws IOException {
        String code = "";
        String type = "";
        String message = "";
        Duration resets = Duration.ZERO;
        for (int fields = 0; parser.nextToken() == JsonToken.FIELD_NAME && fields < MAX_FIELDS; fields++) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "code" -> code = text(parser, value);
                case "type" -> type = text(parser, value);
                case "message" -> message = text(parser, value);
                case "resets_in_seconds" -> resets = seconds(parser, value, 0);
                case "resets_at" -> resets = seconds(parser, value, epochMillis / 1000);
                default -> parser.skipChildren();
            }
        }
        return new UpstreamError(code, type, message, true, true, resets.isZero() ? RetryHints.inMessage(message) : resets);
    }

    private static String text(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT) {
            return parser.getText();
        }
        parser.skipChildren();
        return "";
    }

    private static Duration seconds(JsonParser parser, JsonToken value, long minus) throws IOException {
        if (value == JsonToken.VALUE_NUMBER_INT || value == JsonToken.VALUE_NUMBER_FLOAT) {
            double seconds = parser.getDoubleValue() - minus;
            return seconds > 0 && seconds < 1e9 ? Duration.ofMillis((long) (seconds * 1000)) : Duration.ZERO;
        }
        parser.skipChildren();
        return Duration.ZERO;
    }
}
