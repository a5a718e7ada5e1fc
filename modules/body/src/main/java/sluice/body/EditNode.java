package sluice.body;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sluice.api.BodyEdit;
import sluice.api.BodyEdit.InputCorrection;
import sluice.json.JsonNames;
import sluice.json.JsonStrings;

/**
 * What is to become of one member and of those inside it: the edits of a list, in order, folded into a tree so that the
 * bytes need to be passed only once. Confined to one thread until it is built, then only read.
 */
final class EditNode {
    /** What is to become of the member itself. */
    private enum Fate { STAY, PUT, REMOVE }

    private final String path;
    private final String name;
    private final byte[] nameBytes;
    private final List<EditNode> children = new ArrayList<>();
    private final Set<InputCorrection> corrections = EnumSet.noneOf(InputCorrection.class);
    private Fate fate = Fate.STAY;
    private byte[] json = {};

    private EditNode(String path, String name) {
        this.path = path;
        this.name = name;
        this.nameBytes = JsonNames.bytes(name);
    }

    /** The tree of {@code edits}; its root is the body itself. */
    static EditNode of(List<BodyEdit> edits) {
        EditNode root = new EditNode("", "");
        for (int i = 0; i < edits.size(); i++) {
            if (isUndone(edits, i)) {
                continue;
            }
            switch (edits.get(i)) {
                case BodyEdit.Put put -> root.put(put.path(), put.json().getBytes(StandardCharsets.UTF_8));
                case BodyEdit.Remove remove -> root.remove(remove.path());
                case BodyEdit.CorrectInput correct -> root.child("input").correct(correct.corrections());
            }
        }
        return root;
    }

    /** A later edit of the same member, or of one around it, wins as if the earlier one had not been asked for. */
    private static boolean isUndone(List<BodyEdit> edits, int index) {
        String path = path(edits.get(index));
        for (int i = index + 1; i < edits.size(); i++) {
            String later = path(edits.get(i));
            if (!(edits.get(i) instanceof BodyEdit.CorrectInput) && path.startsWith(later)
                    && (path.length() == later.length() || path.charAt(later.length()) == '.')) {
                return true;
            }
        }
        return false;
    }

    private static String path(BodyEdit edit) {
        return switch (edit) {
            case BodyEdit.Put put -> put.path();
            case BodyEdit.Remove remove -> remove.path();
            case BodyEdit.CorrectInput correct -> "input";
        };
    }

    /** A tree that removes one member. */
    static EditNode removing(String path, String name) {
        EditNode root = new EditNode("", "");
        EditNode node = new EditNode(path, name);
        node.fate = Fate.REMOVE;
        root.children.add(node);
        return root;
    }

    private void put(String rest, byte[] value) {
        int dot = rest.indexOf('.');
        EditNode child = child(dot < 0 ? rest : rest.substring(0, dot));
        if (dot < 0) {
            child.become(Fate.PUT, value);
        } else if (child.fate == Fate.STAY) {
            child.put(rest.substring(dot + 1), value);
        } else {
            EditNode inside = new EditNode("", "");
            inside.put(rest.substring(dot + 1), value);
            byte[] now = child.fate == Fate.PUT ? child.json : JsonNames.bytes("null");
            child.become(Fate.PUT, Splicer.rewrite(now, inside));
        }
    }

    private void remove(String rest) {
        int dot = rest.indexOf('.');
        EditNode child = child(dot < 0 ? rest : rest.substring(0, dot));
        if (dot < 0) {
            child.become(Fate.REMOVE, new byte[0]);
        } else if (child.fate == Fate.STAY) {
            child.remove(rest.substring(dot + 1));
        } else if (child.fate == Fate.PUT) {
            EditNode inside = new EditNode("", "");
            inside.remove(rest.substring(dot + 1));
            child.become(Fate.PUT, Splicer.rewrite(child.json, inside));
        }
    }

    private void correct(Set<InputCorrection> wanted) {
        if (fate == Fate.STAY) {
            corrections.addAll(wanted);
        } else if (fate == Fate.PUT) {
            EditNode inside = new EditNode("", "");
            inside.corrections.addAll(wanted);
            json = Splicer.rewrite(json, inside);
        }
    }

    private void become(Fate newFate, byte[] newJson) {
        fate = newFate;
        json = newJson;
        children.clear();
        corrections.clear();
    }

    private EditNode child(String key) {
        for (EditNode child : children) {
            if (child.name.equals(key)) {
                return child;
            }
        }
        EditNode child = new EditNode(path.isEmpty() ? key : path + "." + key, key);
        children.add(child);
        return child;
    }

    String path() {
        return path;
    }

    List<EditNode> children() {
        return children;
    }

    Set<InputCorrection> corrections() {
        return corrections;
    }

    boolean removes() {
        return fate == Fate.REMOVE;
    }

    /** Whether the value is replaced whatever it is. */
    boolean puts() {
        return fate == Fate.PUT;
    }

    /** Whether a member's name is this node's. */
    boolean isNamed(byte[] buffer, int from, int to) {
        return JsonNames.equal(buffer, from, to, nameBytes);
    }

    /** The value to write where there is none; empty if nothing is to be put. */
    Optional<byte[]> creation() {
        if (fate == Fate.PUT) {
            return Optional.of(json);
        }
        StringBuilder object = new StringBuilder();
        for (EditNode child : children) {
            child.creation().ifPresent(value -> object.append(object.isEmpty() ? "{" : ",").append(child.quotedName())
                    .append(':').append(new String(value, StandardCharsets.UTF_8)));
        }
        return object.isEmpty() ? Optional.empty() : Optional.of(JsonNames.bytes(object.append('}').toString()));
    }

    /** The name as JSON. */
    String quotedName() {
        return JsonStrings.quote(name);
    }
}
