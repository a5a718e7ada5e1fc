package sluice.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonMembersTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String OBJECT =
            " {\"a\" : 1 , \"b\":\"x\\\"}\",\"c\":{\"d\":[1,{\"a\":2}],\"e\":\"]\"},\"f\":null,\"g\":[],\"n\\u0061me\":-1.5e3}";

    private static JsonMembers of(String json) {
        byte[] bytes = JsonNames.bytes(json);
        return new JsonMembers(bytes, 0, bytes.length);
    }

    @Test
    void stepsOverWhatJacksonSees() throws Exception {
        ObjectNode tree = (ObjectNode) MAPPER.readTree(OBJECT);
        JsonMembers members = of(OBJECT);
        List<String> names = new ArrayList<>();
        byte[] bytes = JsonNames.bytes(OBJECT);
        while (members.next()) {
            names.add(members.name());
            String value = new String(bytes, members.valueFrom(), members.valueTo() - members.valueFrom());
            assertEquals(tree.get(members.name()), MAPPER.readTree(value));
        }
        List<String> expected = new ArrayList<>();
        tree.fieldNames().forEachRemaining(expected::add);
        assertEquals(expected, names);
    }

    @Test
    void findsMembersByName() {
        JsonMembers members = of(OBJECT);
        assertTrue(members.seek("b"));
        assertEquals("x\"}", members.valueText());
        assertTrue(members.valueIs("x\"}"));
        assertTrue(members.seek("name"));
        assertFalse(members.seek("a"));
        byte[] bytes = JsonNames.bytes(OBJECT);
        assertEquals(Optional.of(1), JsonMembers.number(bytes, 0, bytes.length, "a"));
        assertEquals(Optional.empty(), JsonMembers.number(bytes, 0, bytes.length, "b"));
    }

    @Test
    void endsWhereTheJsonIsBrokenOrCut() {
        for (int length = 0; length < OBJECT.length(); length++) {
            JsonMembers members = of(OBJECT.substring(0, length));
            int steps = 0;
            while (members.next()) {
                members.name();
                members.valueText();
                members.valueIs("x");
                steps++;
            }
            assertTrue(steps <= 6);
        }
        assertFalse(of("[1]").next());
        assertFalse(of("").next());
        assertFalse(of("{,").next());
    }
}
