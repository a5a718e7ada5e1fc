package sluice.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import sluice.api.SessionKeys;

class ConversationStartTest {
    private static final String SYSTEM = "{\"role\":\"developer\",\"content\":\"be \\\"brief\\\" [}\"}";
    private static final String USER = "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"hi\"}]}";
    private final ConversationStart start = new ConversationStart(SessionKeys.random());

    private long key(String client, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        Matcher model = Pattern.compile("\"model\":\"([^\"]*)\"").matcher(json);
        return start.keyOf(client, model.find() ? model.group(1) : "", bytes, 0, bytes.length);
    }

    private static String body(String... items) {
        return "{\"model\":\"gpt-5\",\"instructions\":\"x\",\"stream\":true,"
                + "\"input\":[" + String.join(" ,\n", items) + "],\"store\":false}";
    }

    @Test
    void staysTheSameWhileTheConversationGrows() {
        long first = key("team", body(SYSTEM, USER));

        assertNotEquals(0, first);
        assertEquals(first, key("team", body(SYSTEM, USER, "{\"role\":\"assistant\",\"content\":\"yes?\"}",
                "{\"role\":\"user\",\"content\":\"more\"}")));
    }

    @Test
    void differsByClientModelInstructionsAndFirstItems() {
        long first = key("team", body(SYSTEM, USER));
        for (String other : List.of(body(SYSTEM, USER).replace("gpt-5", "gpt-6"), body(SYSTEM, USER).replace("\"x\"", "\"y\""),
                body(SYSTEM, USER).replace("hi", "ho"), body(USER), body(SYSTEM.replace("brief", "long"), USER))) {
            assertNotEquals(first, key("team", other), other);
        }
        assertNotEquals(first, key("other", body(SYSTEM, USER)));
    }

    @Test
    void readsNothingBehindTheFirstItemOfTheUser() {
        String body = "{\"instructions\":\"x\",\"model\":\"gpt-5\",\"input\":[" + USER;

        assertNotEquals(0, key("team", body));
        assertEquals(key("team", body), key("team", body + ",{\"role\":\"assistant\""));
        assertEquals(key("team", body), key("team", body + "],\"instructions\":\"y\"}"));
    }

    @Test
    void takesATextForAnItemAndHasNothingToGoByWithoutAUser() {
        assertNotEquals(0, key("team", "{\"model\":\"gpt-5\",\"input\":\"hi\"}"));
        for (String json : List.of("{}", "{\"model\":\"gpt-5\",\"input\":[]}", body(SYSTEM), "{\"input\":7}", "{\"input\":[\"a\"]}")) {
            assertEquals(0, key("team", json), json);
        }
    }
}
