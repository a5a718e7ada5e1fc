package sluice.responses;

import java.util.List;
import java.util.Map;

/**
 * What an item of a request brings with it. One that brings nothing of what its type consists of means what the account keeps under its id.
 * A member counts if every reader sees it, and sees the same: two of a name, or another spelling of it, are nothing for some of them.
 * Confined to one thread.
 */
final class ItemContent {
    /** Each name has a bit, by its place. */
    private static final List<String> NAMES = List.of("content", "encrypted_content", "arguments", "output", "input", "result", "results",
            "queries", "action", "actions", "code", "outputs", "operation", "approve", "tools", "name");
    private static final int ANY = -1;
    /** The summary of reasoning is none: the account has what it is a summary of. */
    private static final Map<String, Integer> BY_TYPE = Map.ofEntries(
            Map.entry("", bits("content")),
            Map.entry("message", bits("content")),
            Map.entry("reasoning", bits("content", "encrypted_content")),
            Map.entry("compaction", bits("encrypted_content")),
            Map.entry("image_generation_call", bits("result")),
            Map.entry("function_call", bits("arguments")),
            Map.entry("custom_tool_call", bits("input")),
            Map.entry("function_call_output", bits("output")),
            Map.entry("custom_tool_call_output", bits("output")),
            Map.entry("web_search_call", bits("action")),
            Map.entry("file_search_call", bits("queries", "results")),
            Map.entry("code_interpreter_call", bits("code", "outputs")),
            Map.entry("computer_call", bits("action", "actions")),
            Map.entry("computer_call_output", bits("output")),
            Map.entry("mcp_list_tools", bits("tools")),
            Map.entry("mcp_approval_response", bits("approve")));

    private int seen;
    private int twice;
    private int brought;

    private static int bits(String... names) {
        int bits = 0;
        for (String name : names) {
            bits |= 1 << NAMES.indexOf(name);
        }
        return bits;
    }

    /**
     * The item has a member.
     *
     * @param name in small letters
     * @param counts whether it is spelled so, and its value is more than nothing
     */
    void add(String name, boolean counts) {
        int place = NAMES.indexOf(name);
        if (place >= 0) {
            int bit = 1 << place;
            twice |= seen & bit;
            seen |= bit;
            brought |= counts ? bit : 0;
        }
    }

    /** Whether an item of this type, empty where it says none, brings what it consists of. */
    boolean isBroughtBy(String type) {
        return (brought & ~twice & BY_TYPE.getOrDefault(type, ANY)) != 0;
    }
}
