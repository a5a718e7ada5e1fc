package sluice.simulator;

import java.io.IOException;
import sluice.json.JsonStrings;

/** A thought: a summary, and what only the organisation can read again. */
record SimulatedReasoning(String id, String encryptedContent) implements SimulatedItem {
    static final int TOKENS = 64;

    private static final String THOUGHT = JsonStrings.quote("Thinking about it…");
    private static final String SUMMARY = "{\"type\":\"summary_text\",\"text\":" + THOUGHT + "}";

    @Override
    public String json() {
        return "{\"id\":\"" + id + "\",\"type\":\"reasoning\",\"encrypted_content\":\"" + encryptedContent + "\",\"summary\":["
                + SUMMARY + "]}";
    }

    @Override
    public int tokens() {
        return TOKENS;
    }

    @Override
    public int deltas() {
        return 0;
    }

    @Override
    public boolean tell(EventOut out, int index, Pace pace, int failAt) throws IOException {
        String number = ",\"output_index\":" + index;
        out.event("response.output_item.added", BodyOut.bytes(number + ",\"item\":{\"id\":\"" + id
                + "\",\"type\":\"reasoning\",\"encrypted_content\":\"\",\"summary\":[]}"));
        String at = ",\"item_id\":\"" + id + "\"" + number + ",\"summary_index\":0";
        out.event("response.reasoning_summary_part.added",
                BodyOut.bytes(at + ",\"part\":{\"type\":\"summary_text\",\"text\":\"\"}"));
        out.event("response.reasoning_summary_text.delta", BodyOut.bytes(at + ",\"delta\":" + THOUGHT));
        out.event("response.reasoning_summary_text.done", BodyOut.bytes(at + ",\"text\":" + THOUGHT));
        out.event("response.reasoning_summary_part.done", BodyOut.bytes(at + ",\"part\":" + SUMMARY));
        out.event("response.output_item.done", BodyOut.bytes(number + ",\"item\":" + json()));
        return true;
    }
}
