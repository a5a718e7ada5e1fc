package sluice.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonNestingTest {
    private static final String[] PARTS = {"{\"a\":", "[1,", "\"x\"", "\"\\\"\"", "\"\\\\\"", "\"}]{[\"",
        "\"a long text, and \\\\\\\" more of it\"", "]", "}", " ", "\\", "\""};

    /** What one byte after another says. */
    private static int[] depths(byte[] json) {
        int[] depths = new int[json.length + 1];
        depths[0] = 1;
        boolean text = false;
        for (int i = 0; i < json.length; i++) {
            boolean escaped = text && json[i] == '\\';
            depths[i + 1] = depths[i] + (text ? 0 : json[i] == '{' || json[i] == '[' ? 1 : json[i] == '}' || json[i] == ']' ? -1 : 0);
            text ^= json[i] == '"';
            if (escaped && i + 1 < json.length) {
                depths[i + 2] = depths[++i];
            }
        }
        return depths;
    }

    @Test
    void endsWhereTheBytesEndItInPiecesOfAnySize() {
        Random random = new Random(7);
        JsonNesting nesting = new JsonNesting();
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i >= 0; i--) {
                text.append(PARTS[random.nextInt(PARTS.length)]);
            }
            byte[] json = text.toString().getBytes(StandardCharsets.UTF_8);
            int[] depths = depths(json);
            int end = 0;
            while (end < json.length && depths[end] > 0) {
                end++;
            }
            nesting.begin(1);
            int at = 0;
            boolean step = random.nextBoolean();
            while (at < json.length && nesting.depth() > 0) {
                int to = Math.min(json.length, at + 1 + random.nextInt(5));
                at = step ? nesting.pass(json, at, to) : nesting.leave(json, at, to);
                if (!nesting.inString()) {
                    assertEquals(depths[at], nesting.depth(), text + " at " + at);
                }
            }
            assertEquals(end, at, text::toString);
        }
    }
}
