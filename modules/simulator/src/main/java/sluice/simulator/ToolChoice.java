package sluice.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which tool is called. What a fault asks for comes first, then the request's {@code tool_choice}; left to itself, the simulator
 * calls the tool of whose name the user has said a word. It answers with text once the input ends with a tool's output.
 */
final class ToolChoice {
    /** Words that are shorter, such as "get", stand in too many sentences. */
    private static final int MIN_WORD_CHARS = 4;
    private static final Pattern DIRECTIVE = Pattern.compile("\\[\\[.*?]]");

    private ToolChoice() {
    }

    /** The tool that the answer to {@code request} calls, if it calls one. */
    static Optional<Tool> called(ResponseRequest request, Fault fault) {
        if (request.answersTool()) {
            return Optional.empty();
        }
        Optional<String> told = fault.text(FaultOption.TOOL);
        if (told.isPresent()) {
            return Optional.of(named(request.tools, told.get())
                    .orElseGet(() -> Tool.unheardOf(told.get())));
        }
        List<Tool> offered = request.tools.stream().filter(Tool::callable).toList();
        String mode = request.text("tool_choice").orElse("auto");
        Map<String, Object> choice = request.object("tool_choice");
        if (choice.containsKey("name")) {
            return named(offered, JsonTree.asText(choice.get("name")));
        }
        if ("allowed_tools".equals(choice.get("type"))) {
            offered = allowed(offered, JsonTree.asArray(choice.get("tools")));
            mode = JsonTree.asText(choice.get("mode"));
        }
        return switch (mode) {
            case "none" -> Optional.empty();
            case "required" -> offered.stream().findFirst();
            default -> spokenOf(offered, request.lastText);
        };
    }

    /** The tool that {@code tool_choice} names, if it names one that is not there. */
    static Optional<String> missing(ResponseRequest request) {
        Object name = request.object("tool_choice").get("name");
        return name instanceof String text && named(request.tools, text).isEmpty() ? Optional.of(text) : Optional.empty();
    }

    private static Optional<Tool> named(List<Tool> tools, String name) {
        return tools.stream().filter(tool -> tool.name().equals(name)).findFirst();
    }

    private static List<Tool> allowed(List<Tool> offered, List<?> names) {
        List<Tool> allowed = new ArrayList<>();
        for (Object entry : names) {
            named(offered, JsonTree.asText(JsonTree.asObject(entry).get("name"))).ifPresent(allowed::add);
        }
        return allowed;
    }

    private static Optional<Tool> spokenOf(List<Tool> offered, String text) {
        if (offered.isEmpty()) {
            return Optional.empty();
        }
        List<String> said = List.of(DIRECTIVE.matcher(text).replaceAll(" ").toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"));
        return offered.stream().filter(tool -> words(tool.name()).stream().anyMatch(said::contains)).findFirst();
    }

    private static List<String> words(String name) {
        return Pattern.compile("[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])").splitAsStream(name)
                .filter(word -> word.length() >= MIN_WORD_CHARS).map(word -> word.toLowerCase(Locale.ROOT)).toList();
    }
}
