package sluice.simulator;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Reads a request body in one pass. Stateless. */
final class ResponseRequestReader {
    /** Behind a member's name: its value as text. */
    static final String TEXT = ":text";

    private ResponseRequestReader() {
    }

    /**
     * Reads a JSON object.
     *
     * @throws IOException if it is none
     */
    static ResponseRequest read(byte[] body) throws IOException {
        ResponseRequest request = new ResponseRequest(body);
        try (JsonParser parser = JsonTree.FACTORY.createParser(body)) {
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

    private static void member(JsonParser parser, ResponseRequest request) throws IOException {
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
        } else if (token == JsonToken.START_ARRAY && name.equals("tools")) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                tool(parser, request);
            }
        }
        request.put(name, span(parser, request, start));
    }

    private static void tool(JsonParser parser, ResponseRequest request) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        int start = offset(parser);
        String type = "";
        String name = "";
        Set<String> members = new HashSet<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String member = parser.currentName();
            members.add(member);
            if (parser.nextToken() == JsonToken.VALUE_STRING) {
                switch (member) {
                    case "type" -> type = parser.getText();
                    case "name" -> name = parser.getText();
                    default -> parser.finishToken();
                }
            } else {
                parser.skipChildren();
            }
        }
        request.tools.add(new Tool(span(parser, request, start), type, name, members));
    }

    private static void input(JsonParser parser, ResponseRequest request) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            request.inputText = Optional.of(parser.getText());
            request.lastText = parser.getText();
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

    private static void item(JsonParser parser, ResponseRequest request) throws IOException {
        int start = offset(parser);
        String type = "message";
        String role = "";
        String text = "";
        String callId = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_ARRAY && name.equals("content")) {
                text = lastTextOf(parser);
            } else if (token == JsonToken.VALUE_STRING) {
                switch (name) {
                    case "type" -> type = parser.getText();
                    case "role" -> role = parser.getText();
                    case "content" -> text = parser.getText();
                    case "call_id" -> callId = parser.getText();
                    case "encrypted_content" -> request.encrypted.add(parser.getText());
                    default -> parser.finishToken();
                }
            } else {
                parser.skipChildren();
            }
        }
        if (role.equals("user") && !text.isEmpty()) {
            request.lastText = text;
        }
        request.items.add(new InputItem(span(parser, request, start), type, role, callId));
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

    private static String span(JsonParser parser, ResponseRequest request, int start) throws IOException {
        parser.skipChildren();
        parser.finishToken();
        return request.slice(start, (int) parser.currentLocation().getByteOffset());
    }
}
