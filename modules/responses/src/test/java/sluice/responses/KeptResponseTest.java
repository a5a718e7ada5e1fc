package sluice.responses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeptResponseTest {
    private final KeptResponse response = new KeptResponse();

    private String kept(String json, int piece) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        response.begin();
        for (int from = 0; from < bytes.length; from += piece) {
            response.add(bytes, from, Math.min(bytes.length, from + piece));
        }
        return response.isComplete() ? new String(response.json(), StandardCharsets.UTF_8) : "";
    }

    @Test
    void keepsSmallMembersAndEmptiesLargeOnesInPiecesOfAnySize() {
        String many = "x\\\"]}{[\\\\".repeat(200);
        String json = "{ \"id\" : \"a \\\"b\\\\\" ,\n\"instructions\": \"" + many + "\", \"tools\" :[ {\"a\": \"" + many + "\"}, [1] ],"
                + "\"metadata\": {\"k\" : \"" + many + "\"}, \"text\":{ \"f\": [ 1, \"}\" ] }, \"n\": -1.5e3 }";
        for (int piece : new int[] {1, 2, 3, 7, 64, 10_000}) {
            assertEquals("{\"id\":\"a \\\"b\\\\\",\"instructions\":null,\"tools\":[],\"metadata\":{},"
                    + "\"text\":{\"f\":[1,\"}\"]},\"n\":-1.5e3}", kept(json, piece), "pieces of " + piece);
        }
    }

    @Test
    void keepsNoObjectThatIsTooLargeOrNotWhole() {
        StringBuilder large = new StringBuilder("{\"a\":1");
        for (int i = 0; i < 20; i++) {
            large.append(",\"m").append(i).append("\":\"").append("x".repeat(900)).append('"');
        }
        assertEquals("", kept(large.append('}').toString(), 100));
        assertEquals("", kept("{\"a\":\"}", 3));
        assertFalse(response.isComplete());
        assertEquals("{}", kept("{}", 1));
        assertTrue(response.isComplete());
    }
}
