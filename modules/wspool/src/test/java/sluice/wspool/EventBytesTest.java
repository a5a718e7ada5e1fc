package sluice.wspool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import sluice.buffers.AnswerRoom;
import sluice.json.JsonMembers;

/** Messages on their way through the buffer. */
class EventBytesTest {
    private final EventBytes events = new EventBytes(new AnswerRoom(1 << 20));

    @Test
    void aMessageBecomesAnEventOfItsType() throws Exception {
        add("{\"type\":\"response.created\"}");
        assertEquals("event: response.created\ndata: {\"type\":\"response.created\"}\n\n", all());
        assertTrue(events.isEmpty());
    }

    @Test
    void aMessageWithoutATypeIsAnEventWithoutOne() throws Exception {
        add("{\"a\":1}");
        assertEquals("data: {\"a\":1}\n\n", all());
    }

    @Test
    void aLineBreakInJsonEndsNoLine() throws Exception {
        add("{\"a\":\r\n1}");
        assertEquals("data: {\"a\":  1}\n\n", all());
    }

    @Test
    void keepsTheOrderOfBytesWhileItGrows() throws Exception {
        StringBuilder expected = new StringBuilder();
        StringBuilder taken = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            String message = "{\"n\":\"" + "x".repeat(i) + "\"}";
            add(message);
            expected.append("data: ").append(message).append("\n\n");
            if (i % 3 == 0) {
                taken.append(take(97));
            }
        }
        assertEquals(expected.length() - taken.length(), events.bytes());
        assertEquals(expected.toString(), taken + all());
    }

    @Test
    void whatIsDroppedIsGone() throws Exception {
        add("{\"a\":1}");
        events.drop();
        assertTrue(events.isEmpty());
        add("{\"b\":2}");
        assertEquals("data: {\"b\":2}\n\n", all());
    }

    private void add(String message) throws AnswerRoom.Exhausted {
        byte[] json = ("??" + message).getBytes(StandardCharsets.UTF_8);
        JsonMembers members = new JsonMembers(json, 2, json.length);
        events.add(json, 2, json.length - 2, members, members.seek("type"));
    }

    private String all() {
        return take(events.bytes());
    }

    private String take(int most) {
        byte[] target = new byte[most];
        return new String(target, 0, events.take(target, 0, most), StandardCharsets.UTF_8);
    }
}
