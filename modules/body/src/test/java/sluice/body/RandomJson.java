package sluice.body;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import sluice.api.BodyEdit;
import sluice.api.BodyEdit.InputCorrection;
import sluice.json.JsonStrings;

/** Random JSON texts, spelled in all the ways that RFC 8259 allows, and random edits of them. Decided by the seed alone. */
final class RandomJson {
    private static final String[] NAMES = {"model", "stream", "input", "reasoning", "effort", "a", "b", "", "id", "type",
        "encrypted_content", "na\u00efve", "a\"b", "\ud83d\ude00"};
    private static final String[] TEXTS = {"", "gpt-5", "item_reference", "reasoning", "message", "low", "\u4f60\u597d",
        "line\nbreak\ttab", "quote \" and \\ backslash", "\ud83d\ude00 smile", "\u0001\u001f", "/",
        "a longer text of plain characters"};
    private static final String[] NUMBERS = {"0", "-0", "1", "-17", "12.50", "1e3", "1E+2", "-3.25e-4",
        "123456789012345678901234567890", "0.1"};
    private static final String[] SPACES = {"", "", "", "", " ", "\n", "\t", "\r\n  "};
    private static final int MAX_DEPTH = 4;
    private static final int MAX_PARTS = 5;

    private final Random random;

    RandomJson(long seed) {
        this.random = new Random(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    /** An object, with white space around it. */
    String body() {
        StringBuilder out = new StringBuilder();
        space(out);
        object(out, 0);
        space(out);
        return out.toString();
    }

    /** Any value. */
    String value() {
        StringBuilder out = new StringBuilder();
        value(out, MAX_DEPTH - 2);
        return out.toString();
    }

    /** Some edits, among them ones that undo each other. */
    List<BodyEdit> edits() {
        List<BodyEdit> edits = new ArrayList<>();
        for (int count = random.nextInt(6); count > 0; count--) {
            edits.add(switch (random.nextInt(7)) {
                case 0, 1, 2 -> new BodyEdit.Remove(path());
                case 3 -> new BodyEdit.CorrectInput(corrections());
                default -> new BodyEdit.Put(path(), value());
            });
        }
        return edits;
    }

    private Set<InputCorrection> corrections() {
        Set<InputCorrection> some = EnumSet.noneOf(InputCorrection.class);
        for (InputCorrection correction : InputCorrection.values()) {
            if (random.nextBoolean()) {
                some.add(correction);
            }
        }
        return some;
    }

    private String path() {
        String path = name();
        for (int more = random.nextInt(3); more > 0 && random.nextBoolean(); more--) {
            path += "." + name();
        }
        return path;
    }

    private String name() {
        return NAMES[random.nextInt(random.nextBoolean() ? NAMES.length : 7)];
    }

    private void object(StringBuilder out, int depth) {
        out.append('{');
        space(out);
        for (int part = 0, parts = random.nextInt(MAX_PARTS + 1); part < parts; part++) {
            if (part > 0) {
                out.append(',');
                space(out);
            }
            String name = name();
            string(out, name);
            space(out);
            out.append(':');
            space(out);
            if (name.equals("input") && random.nextInt(4) > 0) {
                items(out);
            } else {
                value(out, depth + 1);
            }
            space(out);
        }
        out.append('}');
    }

    private void items(StringBuilder out) {
        out.append('[');
        for (int part = 0, parts = random.nextInt(MAX_PARTS + 1); part < parts; part++) {
            out.append(part > 0 ? "," : "");
            space(out);
            if (random.nextInt(3) == 0) {
                value(out, 1);
            } else {
                out.append("{\"type\":");
                string(out, TEXTS[2 + random.nextInt(3)]);
                out.append(random.nextBoolean() ? ",\"id\":\"x\"" : "").append(random.nextInt(3) == 0
                        ? ",\"encrypted_content\":" : ",\"b\":").append(random.nextBoolean() ? "null" : "\"e\"").append('}');
            }
            space(out);
        }
        out.append(']');
    }

    private void value(StringBuilder out, int depth) {
        switch (random.nextInt(depth < MAX_DEPTH ? 8 : 5)) {
            case 0 -> out.append("true");
            case 1 -> out.append("false");
            case 2 -> out.append("null");
            case 3 -> out.append(NUMBERS[random.nextInt(NUMBERS.length)]);
            case 4, 5 -> string(out, TEXTS[random.nextInt(TEXTS.length)]);
            case 6 -> object(out, depth);
            default -> array(out, depth);
        }
    }

    private void array(StringBuilder out, int depth) {
        out.append('[');
        space(out);
        for (int part = 0, parts = random.nextInt(MAX_PARTS); part < parts; part++) {
            if (part > 0) {
                out.append(',');
                space(out);
            }
            value(out, depth + 1);
            space(out);
        }
        out.append(']');
    }

    /** Now and then a character is spelled as an escape though it need not be. */
    private void string(StringBuilder out, String text) {
        if (random.nextInt(4) > 0) {
            JsonStrings.appendQuoted(out, text);
            return;
        }
        out.append('"');
        for (char c : text.toCharArray()) {
            if (random.nextInt(3) == 0 || c < ' ' || c == '"' || c == '\\' || Character.isSurrogate(c)) {
                out.append(random.nextBoolean() ? "\\u%04x".formatted((int) c) : "\\u%04X".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private void space(StringBuilder out) {
        out.append(SPACES[random.nextInt(SPACES.length)]);
    }
}
