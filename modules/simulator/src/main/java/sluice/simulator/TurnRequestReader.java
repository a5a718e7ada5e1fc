package sluice.simulator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.Optional;

/** Reads a request body in one pass. Stateless. */
final class TurnRequestReader {
    /** Behind a member's name: its value as text. */
    static final String TEXT = ":text";

    private static final int MAX_DEPTH = 2000;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE).maxNumberLength(Integer.MAX_VALUE).build())
            .build();

    private TurnRequestReader() {
    }

    /**
     * Reads a JSON object.
     *
     * @throws IOException if it is none
     */
    static TurnRequest read(byte[] body) throws IOException {
        TurnRequest request = new TurnRequest(body);
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the body is not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                member(parser, request);
            }
            if (parser.nextToken() != null) {
                throw new IOException("there is something behind the object");
            }
        }
        return request;
    }

    private static void member(JsonParser parser, TurnRequest request) throws IOException {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        if (name.equals("input")) {
            input(parser, request);
            return;
        }
        int start = offset(parser);
        if (token == JsonToken.VALUE_STRING) {
            request.put(name + TEXT, parser.getText());
        } else if (token == JsonToken.START_OBJECT && name.equals("conversation")) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean id = parser.currentName().equals("id");
                if (parser.nextToken() == JsonToken.VALUE_STRING && id) {
                    request.put(name + TEXT, parser.getText());
                }
                parser.skipChildren();
            }
        }
        request.put(name, span(parser, request, start));
    }

    private static void input(JsonParser parser, TurnRequest request) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            request.inputText = Optional.of(parser.getText());
            request.lastText = parser.getText();
            request.lastItemType = "message";
            return;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                item(parser, request);
            } else {
                parser.skipChildren();
            }
        }
    }

    private static void item(JsonParser parser, TurnRequest request) throws IOException {
        int start = offset(parser);
        boolean hasId = false;
        boolean hasType = false;
        String type = "message";
        String role = "user";
        String text = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            hasId |= name.equals("id");
            hasType |= name.equals("type");
            if (token == JsonToken.START_ARRAY && name.equals("content")) {
                text = lastTextOf(parser);
            } else if (token == JsonToken.VALUE_STRING) {
                switch (name) {
                    case "type" -> type = parser.getText();
                    case "role" -> role = parser.getText();
                    case "content" -> text = parser.getText();
                    case "encrypted_content" -> request.encrypted.add(parser.getText());
                    default -> parser.finishToken();
                }
            } else {
                parser.skipChildren();
            }
        }
        request.lastItemType = type;
        if (role.equals("user") && !text.isEmpty()) {
            request.lastText = text;
        }
        request.items.add(new TurnRequest.Item(span(parser, request, start), hasId, hasType));
    }

    private static String lastTextOf(JsonParser parser) throws IOException {
        String last = "";
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                parser.skipChildren();
                continue;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean text = parser.currentName().equals("text");
                if (parser.nextToken() == JsonToken.VALUE_STRING && text) {
                    last = parser.getText();
                }
                parser.skipChildren();
            }
        }
        return last;
    }

    private static int offset(JsonParser parser) {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    private static String span(JsonParser parser, TurnRequest request, int start) throws IOException {
        parser.skipChildren();
        parser.finishToken();
        return request.slice(start, (int) parser.currentLocation().getByteOffset());
    }
}
