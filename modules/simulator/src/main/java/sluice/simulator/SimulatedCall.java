package sluice.simulator;

import java.io.IOException;
import sluice.json.JsonStrings;

/**
 * A call of a tool: of a function with its arguments, or of a custom tool with its input.
 *
 * @param suffix what its ids end with
 * @param custom whether it calls a custom tool
 * @param name of the tool
 * @param said arguments as JSON, or the input as text
 */
record SimulatedCall(String suffix, boolean custom, String name, String said) implements SimulatedItem {
    private static final int CHARS_PER_DELTA = 16;
    private static final int CALL_ID_DIGITS = 24;

    String callId() {
        return "call_" + suffix.substring(0, CALL_ID_DIGITS);
    }

    @Override
    public String json() {
        return json("completed", said);
    }

    @Override
    public int tokens() {
        return Math.max(1, said.length() / 4);
    }

    @Override
    public int deltas() {
        return (said.length() + CHARS_PER_DELTA - 1) / CHARS_PER_DELTA;
    }

    @Override
    public boolean tell(EventOut out, int index, Pace pace, int failAt) throws IOException {
        String number = ",\"output_index\":" + index;
        String at = ",\"item_id\":\"" + id() + "\"" + number;
        String event = custom ? "response.custom_tool_call_input" : "response.function_call_arguments";
        out.event("response.output_item.added", BodyOut.bytes(number + ",\"item\":" + json("in_progress", "")));
        for (int from = 0, part = 0; from < said.length(); part++) {
            if (part == failAt) {
                return false;
            }
            int to = Math.min(said.length(), from + CHARS_PER_DELTA);
            if (to < said.length() && Character.isHighSurrogate(said.charAt(to - 1))) {
                to++;
            }
            pace.awaitDelta(out, part);
            out.event(event + ".delta", BodyOut.bytes(at + ",\"delta\":" + JsonStrings.quote(said.substring(from, to))));
            from = to;
        }
        out.event(event + ".done", BodyOut.bytes(at + (custom ? ",\"input\":" : ",\"name\":" + JsonStrings.quote(name)
                + ",\"arguments\":") + JsonStrings.quote(said)));
        out.event("response.output_item.done", BodyOut.bytes(number + ",\"item\":" + json()));
        return failAt < deltas();
    }

    private String id() {
        return (custom ? "ctc_" : "fc_") + suffix;
    }

    private String json(String status, String told) {
        return "{\"id\":\"" + id() + "\",\"type\":\"" + (custom ? "custom_tool_call" : "function_call") + "\",\"status\":\""
                + status + "\",\"" + (custom ? "input" : "arguments") + "\":" + JsonStrings.quote(told) + ",\"call_id\":\""
                + callId() + "\",\"name\":" + JsonStrings.quote(name) + "}";
    }
}
