package sluice.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sluice.buffers.AnswerRoom;

class AnswerEventTest {
    private final ByteArrayOutputStream client = new ByteArrayOutputStream();

    private AnswerEvent.End tell(String answer, int maxBytes) throws Exception {
        AnswerEvent event = new AnswerEvent(maxBytes, new AnswerRoom(1 << 20));
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length; at += 7) {
            event.write(bytes, at, Math.min(7, bytes.length - at), false);
        }
        assertEquals(0, client.size());
        return event.end((b, from, length, boundary) -> client.write(b, from, length));
    }

    @ParameterizedTest
    @CsvSource({"completed, response.completed", "incomplete, response.incomplete", "failed, response.failed",
        "cancelled, response.cancelled", "in_progress, response.completed"})
    void aResponseIsTheEventThatEndsIt(String status, String type) throws Exception {
        tell("{\n  \"id\": \"resp_1\",\r\n  \"status\": \"" + status + "\"\n}", 1000);
        assertEquals("event: " + type + "\ndata: {\"type\":\"" + type + "\",\"sequence_number\":0,\"response\":"
                + "{   \"id\": \"resp_1\",    \"status\": \"" + status + "\" }}\n\n", client.toString(StandardCharsets.UTF_8));
    }

    @Test
    void anErrorIsAnError() throws Exception {
        tell("{\"error\":{\"code\":\"x\",\"message\":\"m\"}}", 1000);
        assertEquals("event: error\ndata: {\"type\":\"error\",\"sequence_number\":0,\"error\":{\"code\":\"x\",\"message\":\"m\"}}\n\n",
                client.toString(StandardCharsets.UTF_8));
    }

    @Test
    void anAnswerAboveTheLimitIsNotTold() throws Exception {
        assertEquals(AnswerEvent.End.TOO_LARGE, tell("{\"id\":\"" + "x".repeat(100) + "\"}", 100));
        assertEquals(0, client.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"id\":\"resp_1\",\"output\":[", "{} x", "<html>"})
    void whatIsNoWholeObjectIsNotTold(String answer) throws Exception {
        assertEquals(AnswerEvent.End.NO_ANSWER, tell(answer, 100));
        assertEquals(0, client.size());
    }
}
