package sluice.simulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import sluice.api.TokenUsage;
import sluice.json.JsonStrings;

/**
 * One response: all its ids and texts are fixed when it is made, so that it can be told as events, as JSON, and told again. The
 * sequence of events is that of the API. Immutable but for its cancellation.
 */
final class Turn {
    private static final int DEFAULT_DELTAS = 8;
    private static final int REASONING_TOKENS = 64;
    private static final int ARGUMENT_BYTES_PER_DELTA = 16;
    private static final List<String> WORDS =
            List.of("Hello", " from", " the", " simulated", " upstream", ": é,", " 世界,", " 🙂.");
    private static final String THOUGHT = "Thinking about it…";

    private final TurnRequest request;
    private final Fault fault;
    private final String organization;
    private final String id;
    private final String itemSuffix;
    private final long createdSeconds;
    private final long createdNanos = System.nanoTime();
    private final int cachedTokens;
    private final List<String> deltas;
    private final Optional<String> tool;
    private final String arguments;
    private final boolean warmUp;
    private final ResponseJson json;
    private volatile boolean cancelled;

    Turn(TurnRequest request, Fault fault, String organization, String id, long createdSeconds, int cachedTokens,
            boolean warmUp) {
        this.request = request;
        this.fault = fault;
        this.organization = organization;
        this.id = id;
        this.createdSeconds = createdSeconds;
        this.cachedTokens = cachedTokens;
        this.warmUp = warmUp;
        itemSuffix = id.substring(id.indexOf('_') + 1);
        boolean answersTool = request.lastItemType.endsWith("_call_output");
        tool = answersTool ? Optional.empty() : fault.text(FaultOption.TOOL);
        arguments = fault.text(FaultOption.ARGS_B64).orElse("{}");
        deltas = deltas(fault);
        json = new ResponseJson(request, id, createdSeconds);
    }

    String id() {
        return id;
    }

    TurnRequest request() {
        return request;
    }

    Fault fault() {
        return fault;
    }

    /** Tells the response as events. */
    void play(EventOut out) throws IOException {
        if (fault.has(FaultOption.CODEX_RL)) {
            out.unnumbered("codex.rate_limits", bytes(",\"plan_type\":\"plus\",\"rate_limits\":{\"allowed\":true,"
                    + "\"limit_reached\":false,\"primary\":{\"used_percent\":1,\"window_minutes\":300,"
                    + "\"reset_after_seconds\":3600}}"));
        }
        out.event("response.created", response("in_progress"));
        out.event("response.in_progress", response("in_progress"));
        int failAt = failure().isPresent() ? fault.count(FaultOption.FAILAT, 0) : -1;
        if (failAt == 0) {
            fail(out);
            return;
        }
        long first = fault.nanos(FaultOption.FIRST, 0);
        if (first > 0) {
            out.waitUntil(fault.nanos(FaultOption.HEADERS, 0) + fault.nanos(FaultOption.SILENT, 0) + first);
        }
        if (!warmUp) {
            if (fault.has(FaultOption.REASONING)) {
                reason(out);
            }
            if (tool.isPresent()) {
                call(out, tool.get());
            } else if (!say(out, failAt)) {
                fail(out);
                return;
            }
        }
        end(out);
    }

    /** The response as it is now. */
    String now() {
        return json.render(status(), status().equals("completed") ? output() : List.of(), finalParts());
    }

    /** The response when all is done. */
    String done() {
        if (failure().isPresent()) {
            return failed();
        }
        String status = fault.has(FaultOption.INCOMPLETE) ? "incomplete" : "completed";
        return json.render(status, output(), finalParts());
    }

    String status() {
        if (cancelled) {
            return "cancelled";
        }
        boolean background = request.flag("background", false);
        return background && System.nanoTime() - createdNanos < durationNanos() ? "in_progress" : "completed";
    }

    void cancel() {
        cancelled = status().equals("in_progress");
    }

    /** How long it takes to tell it, from the answer's start. */
    long durationNanos() {
        return fault.nanos(FaultOption.HEADERS, 0) + fault.nanos(FaultOption.SILENT, 0) + fault.nanos(FaultOption.FIRST, 0)
                + deltas.size() * fault.nanos(FaultOption.INTERVAL, 0);
    }

    private void reason(EventOut out) throws IOException {
        String item = "rs_" + itemSuffix;
        out.event("response.output_item.added", bytes(",\"output_index\":0,\"item\":{\"id\":\"" + item
                + "\",\"type\":\"reasoning\",\"encrypted_content\":\"\",\"summary\":[]}"));
        String at = ",\"item_id\":\"" + item + "\",\"output_index\":0,\"summary_index\":0";
        out.event("response.reasoning_summary_part.added", bytes(at + ",\"part\":{\"type\":\"summary_text\",\"text\":\"\"}"));
        out.event("response.reasoning_summary_text.delta", bytes(at + ",\"delta\":" + JsonStrings.quote(THOUGHT)));
        out.event("response.reasoning_summary_text.done", bytes(at + ",\"text\":" + JsonStrings.quote(THOUGHT)));
        out.event("response.reasoning_summary_part.done", bytes(at + ",\"part\":" + summary()));
        out.event("response.output_item.done", bytes(",\"output_index\":0,\"item\":" + reasoningItem()));
    }

    private void call(EventOut out, String name) throws IOException {
        String item = "fc_" + itemSuffix;
        String index = ",\"output_index\":" + outputIndex();
        String at = ",\"item_id\":\"" + item + "\"" + index;
        out.event("response.output_item.added", bytes(index + ",\"item\":" + callItem(name, "in_progress", "")));
        for (int from = 0, part = 0; from < arguments.length(); part++) {
            int to = Math.min(arguments.length(), from + ARGUMENT_BYTES_PER_DELTA);
            if (to < arguments.length() && Character.isHighSurrogate(arguments.charAt(to - 1))) {
                to++;
            }
            pace(out, part);
            out.event("response.function_call_arguments.delta",
                    bytes(at + ",\"delta\":" + JsonStrings.quote(arguments.substring(from, to))));
            from = to;
        }
        out.event("response.function_call_arguments.done", bytes(at + ",\"arguments\":" + JsonStrings.quote(arguments)));
        out.event("response.output_item.done", bytes(index + ",\"item\":" + callItem(name, "completed", arguments)));
    }

    /** Tells the text; false if it is to fail on the way. */
    private boolean say(EventOut out, int failAt) throws IOException {
        String item = "msg_" + itemSuffix;
        String index = ",\"output_index\":" + outputIndex();
        String at = ",\"item_id\":\"" + item + "\"" + index + ",\"content_index\":0";
        out.event("response.output_item.added", bytes(index + ",\"item\":{\"id\":\"" + item
                + "\",\"type\":\"message\",\"status\":\"in_progress\",\"content\":[],\"role\":\"assistant\"}"));
        out.event("response.content_part.added", bytes(at + ",\"part\":" + part("")));
        byte[][] rendered = new byte[Math.min(deltas.size(), WORDS.size())][];
        boolean repeats = fault.text(FaultOption.TEXT).isEmpty() && !fault.has(FaultOption.HUGE);
        for (int i = 0; i < deltas.size(); i++) {
            if (i == failAt) {
                return false;
            }
            pace(out, i);
            int word = i % rendered.length;
            if (rendered[word] == null || !repeats) {
                rendered[word] = bytes(at + ",\"delta\":" + JsonStrings.quote(deltas.get(i)) + ",\"logprobs\":[]");
            }
            out.event("response.output_text.delta", rendered[word]);
        }
        String text = JsonStrings.quote(text());
        out.event("response.output_text.done", bytes(at + ",\"text\":" + text + ",\"logprobs\":[]"));
        out.event("response.content_part.done", bytes(at + ",\"part\":" + part(text())));
        out.event("response.output_item.done", bytes(index + ",\"item\":" + messageItem()));
        return failAt < deltas.size();
    }

    private void pace(EventOut out, int index) throws IOException {
        long interval = fault.nanos(FaultOption.INTERVAL, 0);
        if (interval > 0) {
            long start = fault.nanos(FaultOption.HEADERS, 0) + fault.nanos(FaultOption.SILENT, 0)
                    + fault.nanos(FaultOption.FIRST, 0);
            out.waitUntil(start + (index + 1L) * interval);
        }
    }

    private void end(EventOut out) throws IOException {
        if (fault.has(FaultOption.NOEND)) {
            return;
        }
        String status = fault.has(FaultOption.INCOMPLETE) ? "incomplete" : "completed";
        out.event("response." + status, bytes(",\"response\":" + done()));
        behind(out);
    }

    private void fail(EventOut out) throws IOException {
        String how = fault.text(FaultOption.FAILAS).orElse("failed");
        String code = failure().orElseThrow();
        if (!how.equals("failed")) {
            out.event("error", bytes(",\"code\":" + JsonStrings.quote(code) + ",\"message\":"
                    + JsonStrings.quote(failureMessage(code)) + ",\"param\":null"));
        }
        if (!how.equals("error")) {
            out.event("response.failed", bytes(",\"response\":" + failed()));
        }
        behind(out);
    }

    private void behind(EventOut out) throws IOException {
        String after = fault.text(FaultOption.AFTER).orElse("");
        if (after.equals("done")) {
            out.done();
        } else if (after.equals("event")) {
            out.event("response.simulated_afterword", bytes(",\"text\":\"behind the end\""));
        }
    }

    private Optional<String> failure() {
        if (fault.has(FaultOption.OVERLOADED)) {
            return Optional.of("server_is_overloaded");
        }
        return fault.has(FaultOption.RATELIMITED) ? Optional.of("rate_limit_exceeded") : fault.text(FaultOption.FAIL);
    }

    private static String failureMessage(String code) {
        return switch (code) {
            case "server_is_overloaded" -> "Our servers are currently overloaded. Please try again later.";
            case "rate_limit_exceeded" -> "Rate limit reached. Please try again in 1s.";
            default -> "The simulator was asked to fail.";
        };
    }

    private String failed() {
        String code = failure().orElseThrow();
        return json.render("failed", List.of(), new ResponseJson.Parts("{\"code\":" + JsonStrings.quote(code) + ",\"message\":"
                + JsonStrings.quote(failureMessage(code)) + "}", "null", "null"));
    }

    private byte[] response(String status) {
        return bytes(",\"response\":" + json.render(status, List.of(), ResponseJson.Parts.NONE));
    }

    private ResponseJson.Parts finalParts() {
        if (!status().equals("completed")) {
            return ResponseJson.Parts.NONE;
        }
        String incomplete = fault.has(FaultOption.INCOMPLETE) ? "{\"reason\":\"max_output_tokens\"}" : "null";
        return new ResponseJson.Parts("null", incomplete, usage());
    }

    private List<String> output() {
        List<String> output = new ArrayList<>();
        if (warmUp) {
            return output;
        }
        if (fault.has(FaultOption.REASONING)) {
            output.add(reasoningItem());
        }
        output.add(tool.map(name -> callItem(name, "completed", arguments)).orElseGet(this::messageItem));
        return output;
    }

    /** What the answer bills where all of it goes out: nothing if it fails, or never comes to its end. */
    TokenUsage billed() {
        return failure().isPresent() || fault.has(FaultOption.NOEND) ? TokenUsage.NONE : tokens();
    }

    private TokenUsage tokens() {
        int reasoning = fault.has(FaultOption.REASONING) ? REASONING_TOKENS : 0;
        int said = tool.isPresent() ? Math.max(1, arguments.length() / 4) : deltas.size();
        return TokenUsage.told(request.inputTokens(), cachedTokens, warmUp ? 0 : said + reasoning, warmUp ? 0 : reasoning);
    }

    private String usage() {
        TokenUsage tokens = tokens();
        return "{\"input_tokens\":" + tokens.input() + ",\"input_tokens_details\":{\"cached_tokens\":" + tokens.cached()
                + ",\"cache_write_tokens\":0},\"output_tokens\":" + tokens.output()
                + ",\"output_tokens_details\":{\"reasoning_tokens\":" + tokens.reasoning() + "},\"total_tokens\":" + tokens.total() + "}";
    }

    private int outputIndex() {
        return fault.has(FaultOption.REASONING) ? 1 : 0;
    }

    private String reasoningItem() {
        return "{\"id\":\"rs_" + itemSuffix + "\",\"type\":\"reasoning\",\"encrypted_content\":\""
                + EncryptedContent.of(organization, itemSuffix) + "\",\"summary\":[" + summary() + "]}";
    }

    private static String summary() {
        return "{\"type\":\"summary_text\",\"text\":" + JsonStrings.quote(THOUGHT) + "}";
    }

    private String callItem(String name, String status, String told) {
        return "{\"id\":\"fc_" + itemSuffix + "\",\"type\":\"function_call\",\"status\":\"" + status + "\",\"arguments\":"
                + JsonStrings.quote(told) + ",\"call_id\":\"call_" + itemSuffix.substring(0, 24) + "\",\"name\":"
                + JsonStrings.quote(name) + "}";
    }

    private String messageItem() {
        return "{\"id\":\"msg_" + itemSuffix + "\",\"type\":\"message\",\"status\":\"completed\",\"content\":[" + part(text())
                + "],\"role\":\"assistant\"}";
    }

    private static String part(String text) {
        return "{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":" + JsonStrings.quote(text) + "}";
    }

    private String text() {
        return String.join("", deltas);
    }

    private static List<String> deltas(Fault fault) {
        List<String> deltas = new ArrayList<>();
        fault.text(FaultOption.TEXT).ifPresent(text ->
                deltas.addAll(Arrays.asList(text.replace('_', ' ').split("(?= )"))));
        int count = deltas.isEmpty() ? fault.count(FaultOption.DELTAS, DEFAULT_DELTAS) : 0;
        int size = fault.count(FaultOption.SIZE, 0);
        List<String> words = WORDS.stream()
                .map(word -> word + "x".repeat(Math.max(0, size - bytes(word).length))).toList();
        for (int i = 0; i < count; i++) {
            deltas.add(words.get(i % words.size()));
        }
        if (fault.has(FaultOption.HUGE) && !deltas.isEmpty()) {
            deltas.set(0, deltas.get(0) + "h".repeat(fault.count(FaultOption.HUGE, 0)));
        }
        return deltas;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Reasoning that only one organisation can read. */
    static final class EncryptedContent {
        private static final String MARK = "sim-enc:";

        private EncryptedContent() {
        }

        static String of(String organization, String id) {
            return Base64.getEncoder().encodeToString(bytes(MARK + organization + ":" + id + "payload".repeat(16)));
        }

        /** Whether it was made here for another organisation. What was not made here passes: it may be a captured body. */
        static boolean isForeign(String content, String organization) {
            try {
                String clear = new String(Base64.getDecoder().decode(content), StandardCharsets.UTF_8);
                return clear.startsWith(MARK) && !clear.startsWith(MARK + organization + ":");
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }
}
