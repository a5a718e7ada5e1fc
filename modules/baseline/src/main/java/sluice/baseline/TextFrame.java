package sluice.baseline;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import sluice.api.RelayOptions;
import sluice.json.JsonStrings;

/** The lines of one event as text, one character for each byte. Confined to one thread. */
final class TextFrame {
    private final StringBuilder raw = new StringBuilder();
    private final StringBuilder data = new StringBuilder();
    /** For each line of data: its place in {@link #data} and in {@link #raw}. */
    private final List<int[]> places = new ArrayList<>();
    private String type = "";

    /** Adds a line with its end; whether it was the blank one that ends the frame. */
    boolean add(String line, boolean streamStarts) {
        boolean continuesCrLf = line.equals("\n") && !raw.isEmpty() && raw.charAt(raw.length() - 1) == '\r';
        int from = raw.length();
        raw.append(line);
        if (continuesCrLf) {
            return false;
        }
        String content = line.replaceAll("[\\r\\n]+$", "");
        if (streamStarts && content.startsWith("\u00EF\u00BB\u00BF")) {
            content = content.substring(3);
            from += 3;
        }
        if (content.isEmpty()) {
            return true;
        }
        int colon = content.indexOf(':');
        String field = colon < 0 ? content : content.substring(0, colon);
        int value = colon < 0 ? content.length() : content.startsWith(" ", colon + 1) ? colon + 2 : colon + 1;
        if (field.equals("event")) {
            type = utf8(content.substring(value));
        } else if (field.equals("data")) {
            if (!places.isEmpty()) {
                data.append('\n');
            }
            places.add(new int[] {data.length(), from + value});
            data.append(content, value, content.length());
        }
        return false;
    }

    boolean isEmpty() {
        return raw.isEmpty();
    }

    /** Whether there is any data, without which it is no event. */
    boolean isEvent() {
        return !places.isEmpty();
    }

    String type() {
        return type;
    }

    byte[] json() {
        return data.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    byte[] bytes() {
        return raw.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    int length() {
        return raw.length();
    }

    /** Puts the client's name back. */
    void restore(RelayOptions.Names names) {
        String literal = literal(names);
        List<int[]> spans = ParsedEvent.modelSpans(json(), names);
        for (int i = spans.size() - 1; i >= 0; i--) {
            int from = rawPlace(spans.get(i)[0]);
            raw.replace(from, from + spans.get(i)[1] - spans.get(i)[0], literal);
        }
    }

    /** The JSON with the client's name put back. */
    byte[] restoredJson(RelayOptions.Names names) {
        StringBuilder json = new StringBuilder(data);
        List<int[]> spans = names.mapped() ? ParsedEvent.modelSpans(json(), names) : List.of();
        for (int i = spans.size() - 1; i >= 0; i--) {
            json.replace(spans.get(i)[0], spans.get(i)[1], literal(names));
        }
        return json.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String literal(RelayOptions.Names names) {
        return new String(JsonStrings.quote(names.client()).getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private int rawPlace(int dataPlace) {
        int[] line = places.getFirst();
        for (int[] next : places) {
            if (next[0] <= dataPlace) {
                line = next;
            }
        }
        return line[1] + dataPlace - line[0];
    }

    private static String utf8(String latin) {
        return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
