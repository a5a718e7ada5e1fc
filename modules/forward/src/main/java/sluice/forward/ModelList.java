package sluice.forward;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import sluice.json.JsonStrings;

/**
 * What an account says of its models: {@code {"data":[{"id":…},…]}}, or {@code {"models":[{"slug":…},…]}}, which Codex reads.
 * Immutable.
 *
 * @param models all that are listed, in order
 */
record ModelList(List<Model> models) {
    /** Nothing is known. */
    static final ModelList NONE = new ModelList(List.of());
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * One of them.
     *
     * @param name its name at the account
     * @param before its object up to the name, as the account told it; empty if the account told the name alone
     * @param behind the rest of the object
     */
    record Model(String name, String before, String behind) {
        boolean isDetailed() {
            return !before.isEmpty();
        }

        /** The object, with the name that a client gives the model. */
        String named(String client) {
            return before + JsonStrings.quote(client) + behind;
        }
    }

    /** Copies the list. */
    ModelList {
        models = List.copyOf(models);
    }

    /** Reads an answer. */
    static ModelList read(byte[] answer) throws IOException {
        List<Model> found = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(answer)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return NONE;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean detailed = parser.currentName().equals("models");
                boolean list = detailed || parser.currentName().equals("data");
                if (parser.nextToken() == JsonToken.START_ARRAY && list) {
                    while (parser.nextToken() == JsonToken.START_OBJECT) {
                        read(answer, parser, detailed, found);
                    }
                } else {
                    parser.skipChildren();
                }
            }
        }
        return new ModelList(found);
    }

    private static void read(byte[] answer, JsonParser parser, boolean detailed, List<Model> found) throws IOException {
        int start = (int) parser.currentTokenLocation().getByteOffset();
        String name = "";
        int from = start;
        int to = start;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean names = parser.currentName().equals(detailed ? "slug" : "id");
            if (parser.nextToken() == JsonToken.VALUE_STRING && names) {
                from = (int) parser.currentTokenLocation().getByteOffset();
                name = parser.getText();
                to = (int) parser.currentLocation().getByteOffset();
            } else {
                parser.skipChildren();
            }
        }
        int end = (int) parser.currentLocation().getByteOffset();
        if (!name.isEmpty()) {
            found.add(detailed ? new Model(name, text(answer, start, from), text(answer, to, end)) : new Model(name, "", ""));
        }
    }

    private static String text(byte[] answer, int from, int to) {
        return new String(answer, from, to - from, StandardCharsets.UTF_8);
    }
}
