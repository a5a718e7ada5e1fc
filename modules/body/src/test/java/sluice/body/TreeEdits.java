package sluice.body;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import sluice.api.BodyEdit;
import sluice.api.BodyEdit.InputCorrection;

/** Edits the slow way: one after the other, in a tree. What splices are compared with. */
final class TreeEdits {
    static final ObjectMapper MAPPER = JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private TreeEdits() {
    }

    static JsonNode apply(JsonNode body, List<BodyEdit> edits) throws JsonProcessingException {
        ObjectNode root = body.deepCopy();
        for (int i = 0; i < edits.size(); i++) {
            if (isUndone(edits.get(i), edits.subList(i + 1, edits.size()))) {
                continue;
            }
            switch (edits.get(i)) {
                case BodyEdit.Put put -> put(root, List.of(put.path().split("\\.", -1)), MAPPER.readTree(put.json()));
                case BodyEdit.Remove remove -> remove(root, List.of(remove.path().split("\\.", -1)));
                case BodyEdit.CorrectInput correct -> correct(root, correct.corrections());
            }
        }
        return root;
    }

    /** A later edit of the same member, or of one around it, wins, as if the earlier one had not been asked for. */
    private static boolean isUndone(BodyEdit edit, List<BodyEdit> later) {
        return later.stream().anyMatch(next -> !(next instanceof BodyEdit.CorrectInput)
                && (path(edit) + ".").startsWith(path(next) + "."));
    }

    private static String path(BodyEdit edit) {
        return switch (edit) {
            case BodyEdit.Put put -> put.path();
            case BodyEdit.Remove remove -> remove.path();
            case BodyEdit.CorrectInput correct -> "input";
        };
    }

    private static void put(ObjectNode object, List<String> path, JsonNode value) {
        if (path.size() == 1) {
            object.set(path.getFirst(), value);
            return;
        }
        JsonNode child = object.get(path.getFirst());
        if (child == null || child.isNull()) {
            child = object.putObject(path.getFirst());
        }
        if (child instanceof ObjectNode parent) {
            put(parent, path.subList(1, path.size()), value);
        }
    }

    private static void remove(ObjectNode object, List<String> path) {
        if (path.size() == 1) {
            object.remove(path.getFirst());
        } else if (object.get(path.getFirst()) instanceof ObjectNode parent) {
            remove(parent, path.subList(1, path.size()));
        }
    }

    private static void correct(ObjectNode root, Set<InputCorrection> corrections) {
        if (!(root.get("input") instanceof ArrayNode items)) {
            return;
        }
        List<JsonNode> kept = new ArrayList<>();
        for (JsonNode item : items) {
            boolean reference = item.path("type").asText().equals("item_reference");
            boolean encrypted = item.path("type").asText().equals("reasoning")
                    && !item.path("encrypted_content").isMissingNode()
                    && !item.path("encrypted_content").isNull();
            if (reference && corrections.contains(InputCorrection.DROP_ITEM_REFERENCES)
                    || encrypted && corrections.contains(InputCorrection.DROP_ENCRYPTED_REASONING)) {
                continue;
            }
            if (corrections.contains(InputCorrection.DROP_ITEM_IDS) && !reference && item instanceof ObjectNode object) {
                object.remove("id");
            }
            kept.add(item);
        }
        items.removeAll();
        items.addAll(kept);
    }
}
