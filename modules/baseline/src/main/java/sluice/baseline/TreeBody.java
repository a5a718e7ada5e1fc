package sluice.baseline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import sluice.api.BodyEdit;
import sluice.api.BodyEdit.InputCorrection;
import sluice.api.JsonValue;
import sluice.api.OutboundBody;
import sluice.api.RequestBody;
import sluice.api.RequestBody.Field;

/** A body as a tree, which each attempt copies, changes and writes anew. Thread-safe: the tree itself is never changed. */
final class TreeBody implements RequestBody {
    private final byte[] buffer;
    private final int from;
    private final int to;
    private final ObjectNode root;
    private final Set<Field> repeated;

    TreeBody(byte[] buffer, int from, int to, ObjectNode root, Set<Field> repeated) {
        this.buffer = buffer;
        this.from = from;
        this.to = to;
        this.root = root;
        this.repeated = repeated;
    }

    @Override
    public int length() {
        return to - from;
    }

    @Override
    public JsonValue field(Field field) {
        return value(root.path(field.key()));
    }

    @Override
    public JsonValue at(String path) {
        JsonNode node = root;
        for (String name : path.split("\\.", -1)) {
            node = node.path(name);
        }
        return value(node);
    }

    private static JsonValue value(JsonNode node) {
        return switch (node.getNodeType()) {
            case MISSING, BINARY, POJO -> JsonValue.ABSENT;
            case NULL -> JsonValue.NULL;
            case BOOLEAN -> node.booleanValue() ? JsonValue.TRUE : JsonValue.FALSE;
            case NUMBER -> new JsonValue(JsonValue.Kind.NUMBER, node.asText());
            case STRING -> JsonValue.string(node.textValue());
            case ARRAY -> JsonValue.ARRAY;
            case OBJECT -> JsonValue.OBJECT;
        };
    }

    @Override
    public boolean isRepeated(Field field) {
        return repeated.contains(field);
    }

    @Override
    public boolean hasEncryptedContent() {
        return hasEncryptedContent(root.path("input"));
    }

    private static boolean hasEncryptedContent(JsonNode node) {
        if (node.has("encrypted_content") && !node.get("encrypted_content").isNull()) {
            return true;
        }
        for (JsonNode child : node) {
            if (hasEncryptedContent(child)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public OutboundBody edited(List<BodyEdit> edits) {
        if (edits.isEmpty()) {
            return new WholeBody(Arrays.copyOfRange(buffer, from, to), List.of());
        }
        ObjectNode copy = root.deepCopy();
        for (int i = 0; i < edits.size(); i++) {
            if (isUndone(edits.get(i), edits.subList(i + 1, edits.size()))) {
                continue;
            }
            switch (edits.get(i)) {
                case BodyEdit.Put put -> put(copy, put.path(), parse(put.json()));
                case BodyEdit.Remove remove -> remove(copy, remove.path());
                case BodyEdit.CorrectInput correct -> correct(copy.path("input"), correct.corrections());
            }
        }
        try {
            byte[] bytes = TreeScanner.MAPPER.writeValueAsBytes(copy);
            return new WholeBody(bytes, List.of(new OutboundBody.Splice("", 0, length(), bytes.length)));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a tree that was read can be written", e);
        }
    }

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

    private static JsonNode parse(String json) {
        try {
            return TreeScanner.MAPPER.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException("an edit holds valid JSON", new IOException(e));
        }
    }

    private static void put(ObjectNode object, String path, JsonNode value) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            object.set(path, value);
            return;
        }
        String name = path.substring(0, dot);
        JsonNode child = object.path(name);
        if (child.isMissingNode() || child.isNull()) {
            child = object.putObject(name);
        }
        if (child instanceof ObjectNode parent) {
            put(parent, path.substring(dot + 1), value);
        }
    }

    private static void remove(ObjectNode object, String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            object.remove(path);
        } else if (object.path(path.substring(0, dot)) instanceof ObjectNode parent) {
            remove(parent, path.substring(dot + 1));
        }
    }

    private static void correct(JsonNode input, Set<InputCorrection> corrections) {
        if (!(input instanceof ArrayNode items)) {
            return;
        }
        for (Iterator<JsonNode> all = items.iterator(); all.hasNext();) {
            if (!(all.next() instanceof ObjectNode item)) {
                continue;
            }
            String type = item.path("type").asText();
            boolean encrypted = !item.path("encrypted_content").isMissingNode() && !item.path("encrypted_content").isNull();
            if (corrections.contains(InputCorrection.DROP_ITEM_REFERENCES) && type.equals("item_reference")
                    || corrections.contains(InputCorrection.DROP_ENCRYPTED_REASONING) && type.equals("reasoning")
                            && encrypted) {
                all.remove();
            } else if (corrections.contains(InputCorrection.DROP_ITEM_IDS) && !type.equals("item_reference")) {
                item.remove("id");
            }
        }
    }
}
