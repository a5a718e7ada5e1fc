package sluice.baseline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import sluice.responses.KeptItems;

/** Gives a response without output the items that were complete before it. Thread-safe. */
final class FilledOutput {
    private FilledOutput() {
    }

    /** The response as it is, if it has output or there are no items. */
    static byte[] of(byte[] response, KeptItems items) throws IOException {
        JsonNode tree = TreeScanner.MAPPER.readTree(response);
        if (items.isEmpty() || !(tree instanceof ObjectNode object) || !isBare(object.path("output"))) {
            return response;
        }
        if (items.isFull()) {
            throw new IOException("more items than are kept, and none in the terminal event");
        }
        try {
            object.set("output", TreeScanner.MAPPER.readTree("[" + new String(items.json(), StandardCharsets.UTF_8) + "]"));
            return TreeScanner.MAPPER.writeValueAsBytes(object);
        } catch (JsonProcessingException e) {
            throw new IOException(e);
        }
    }

    private static boolean isBare(JsonNode output) {
        return output.isMissingNode() || output.isNull() || output.isArray() && output.isEmpty();
    }
}
