package sluice.body;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import sluice.api.BodyEdit.InputCorrection;
import sluice.json.JsonNames;
import sluice.json.JsonWalk;

/** Turns a tree of edits into splices of text that is known to be valid. Confined to one thread. */
final class Splicer {
    private static final byte[] NOTHING = {};
    private static final byte[] ID = JsonNames.bytes("id");
    private static final byte[] TYPE = JsonNames.bytes("type");
    private static final byte[] ENCRYPTED_CONTENT = JsonNames.bytes("encrypted_content");

    private final byte[] buffer;
    private final int end;
    private final SpliceList splices = new SpliceList();

    /** For text in {@code buffer[…, end)}. */
    Splicer(byte[] buffer, int end) {
        this.buffer = buffer;
        this.end = end;
    }

    SpliceList splices() {
        return splices;
    }

    /** One JSON value, edited and joined: for the small texts that edits themselves bring. */
    static byte[] rewrite(byte[] json, EditNode node) {
        Splicer splicer = new Splicer(json, json.length);
        splicer.editValue(new JsonWalk(json, json.length, 1).space(0), json.length, node);
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length);
        try {
            new SplicedBody(json, 0, json.length, splicer.splices).writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        return out.toByteArray();
    }

    /** Edits the object whose members are {@code parts}. */
    void editObject(Parts parts, EditNode node) {
        List<EditNode> children = node.children();
        boolean[] met = new boolean[children.size()];
        boolean anyStays = false;
        while (parts.next()) {
            int child = indexOf(children, parts);
            if (child >= 0 && children.get(child).removes()) {
                remove(parts, anyStays, children.get(child).path());
                continue;
            }
            anyStays = true;
            if (child >= 0) {
                met[child] = true;
                editValue(parts.valueFrom, parts.valueTo, children.get(child));
            }
        }
        for (int i = 0; i < met.length; i++) {
            Optional<byte[]> creation = met[i] ? Optional.empty() : children.get(i).creation();
            if (creation.isPresent()) {
                append(parts.valueTo, anyStays, children.get(i), creation.get());
                anyStays = true;
            }
        }
    }

    private int indexOf(List<EditNode> children, Parts parts) {
        for (int i = 0; i < children.size(); i++) {
            if (children.get(i).isNamed(buffer, parts.nameFrom, parts.nameTo)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Removes a part with exactly one comma: the one before it if a part before it stays, else the one after it. So the
     * removals of neighbours never overlap, and no comma is left over.
     */
    private void remove(Parts parts, boolean anyStays, String path) {
        if (anyStays) {
            splices.add(path, parts.commaBefore, parts.valueTo, NOTHING);
        } else {
            splices.add(path, parts.from(), parts.commaAfter < 0 ? parts.valueTo : parts.commaAfter + 1, NOTHING);
        }
    }

    private void append(int at, boolean anyStays, EditNode node, byte[] value) {
        byte[] name = JsonNames.bytes((anyStays ? "," : "") + node.quotedName() + ":");
        byte[] patch = new byte[name.length + value.length];
        System.arraycopy(name, 0, patch, 0, name.length);
        System.arraycopy(value, 0, patch, name.length, value.length);
        splices.add(node.path(), at, at, patch);
    }

    private void editValue(int from, int to, EditNode node) {
        if (node.puts()) {
            replace(from, to, node);
        } else if (buffer[from] == '{' && !node.children().isEmpty()) {
            editObject(Parts.of(buffer, from, end), node);
        } else if (buffer[from] == 'n') {
            replace(from, to, node);
        } else if (buffer[from] == '[' && !node.corrections().isEmpty()) {
            correctItems(Parts.of(buffer, from, end), node);
        }
    }

    private void replace(int from, int to, EditNode node) {
        Optional<byte[]> value = node.creation();
        if (value.isPresent() && !Arrays.equals(buffer, from, to, value.get(), 0, value.get().length)) {
            splices.add(node.path(), from, to, value.get());
        }
    }

    private void correctItems(Parts items, EditNode node) {
        EditNode dropId = EditNode.removing(node.path() + ".id", "id");
        boolean dropIds = node.corrections().contains(InputCorrection.DROP_ITEM_IDS);
        boolean anyStays = false;
        while (items.next()) {
            if (buffer[items.valueFrom] != '{') {
                anyStays = true;
                continue;
            }
            Item item = item(items.valueFrom);
            if (node.corrections().contains(InputCorrection.DROP_ITEM_REFERENCES) && item.isReference
                    || node.corrections().contains(InputCorrection.DROP_ENCRYPTED_REASONING) && item.isEncryptedReasoning) {
                remove(items, anyStays, node.path());
                continue;
            }
            anyStays = true;
            if (dropIds && item.hasId && !item.isReference) {
                editObject(Parts.of(buffer, items.valueFrom, end), dropId);
            }
        }
    }

    private record Item(boolean hasId, boolean isReference, boolean isEncryptedReasoning) { }

    private Item item(int open) {
        Parts parts = Parts.of(buffer, open, end);
        boolean hasId = false;
        boolean encrypted = false;
        String type = "";
        while (parts.next()) {
            if (JsonNames.equal(buffer, parts.nameFrom, parts.nameTo, TYPE)) {
                type = Values.of(buffer, parts.valueFrom, parts.valueTo).text();
            } else if (JsonNames.equal(buffer, parts.nameFrom, parts.nameTo, ENCRYPTED_CONTENT)) {
                encrypted = buffer[parts.valueFrom] != 'n';
            } else if (JsonNames.equal(buffer, parts.nameFrom, parts.nameTo, ID)) {
                hasId = true;
            }
        }
        return new Item(hasId, type.equals("item_reference"), type.equals("reasoning") && encrypted);
    }
}
