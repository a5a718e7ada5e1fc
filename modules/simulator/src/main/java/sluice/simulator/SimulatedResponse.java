package sluice.simulator;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import sluice.api.TokenUsage;
import sluice.json.JsonStrings;

/**
 * One response: all its ids and texts are fixed when it is made, so that it can be told as events, as JSON, and told again. The
 * sequence of events is that of the API. Thread-safe: only its age, polls and cancellation change what it says.
 */
final class SimulatedResponse {
    private final ResponseRequest request;
    private final Fault fault;
    private final Origin origin;
    private final TokenUsage usage;
    private final List<SimulatedItem> output;
    private final ResponseJson json;
    private final Pace pace;
    private final Set<String> calls = new HashSet<>();
    private final long createdNanos = System.nanoTime();
    private final AtomicInteger polls = new AtomicInteger();
    private volatile boolean streamed;
    private volatile boolean cancelled;

    /** Where a response comes from. */
    record Origin(String id, String organization, long createdSeconds, int cachedTokens) {
        /** What the ids of its items end with. */
        String suffix() {
            return id.substring(id.indexOf('_') + 1);
        }
    }

    /** One whose conversation so far has made {@code earlierCalls}. */
    SimulatedResponse(ResponseRequest request, Fault fault, Origin origin, Set<String> earlierCalls) {
        this.request = request;
        this.fault = fault;
        this.origin = origin;
        output = request.flag("generate", true) ? output(request, fault, origin) : List.of();
        usage = usage(request, fault, origin.cachedTokens(), output);
        json = new ResponseJson(request, origin.id(), origin.createdSeconds());
        pace = Pace.of(fault);
        calls.addAll(earlierCalls);
        request.items.stream().filter(InputItem::makesCall).map(InputItem::callId).forEach(calls::add);
        output.forEach(item -> {
            if (item instanceof SimulatedCall call) {
                calls.add(call.callId());
            }
        });
    }

    String id() {
        return origin.id();
    }

    ResponseRequest request() {
        return request;
    }

    /** The calls that a later request may answer. */
    Set<String> calls() {
        return calls;
    }

    /** The tier that it is served in, whatever was asked for. */
    String serviceTier() {
        return fault.text(FaultOption.TIER).orElseGet(() ->
                request.text("service_tier").filter(tier -> !tier.equals("auto")).orElse("default"));
    }

    /** Whether telling it takes longer than writing it. */
    boolean isSlow() {
        return pace.isSlow() || fault.has(FaultOption.STALL);
    }

    /** Tells the response as events; {@code beforeEnd} happens when only the terminal event is left. */
    void play(EventOut out, Runnable beforeEnd) throws IOException {
        int failAt = failure().isPresent() ? fault.count(FaultOption.FAILAT, 0) : -1;
        if (fault.has(FaultOption.CODEX_RL)) {
            out.unnumbered("codex.rate_limits", BodyOut.bytes(Limits.event(fault)));
        }
        if (failAt == 0 && fault.has(FaultOption.FAILFIRST)) {
            fail(out);
            return;
        }
        begin(out);
        if (failAt == 0) {
            fail(out);
            return;
        }
        pace.awaitOutput(out);
        for (int index = 0; index < output.size(); index++) {
            boolean last = index == output.size() - 1;
            if (!output.get(index).tell(out, index, pace, last ? failAt : -1)) {
                fail(out);
                return;
            }
        }
        if (!fault.has(FaultOption.NOEND)) {
            beforeEnd.run();
            out.event("response." + end(), BodyOut.bytes(",\"response\":" + done()));
            behind(out);
        }
    }

    private void begin(EventOut out) throws IOException {
        boolean background = isBackground();
        out.event("response.created", open(background ? "queued" : "in_progress"));
        if (background) {
            out.event("response.queued", open("queued"));
        }
        out.event("response.in_progress", open("in_progress"));
        if (fault.has(FaultOption.METADATA)) {
            out.event("response.metadata", BodyOut.bytes(",\"response_id\":\"" + id() + "\",\"metadata\":{}"));
        }
        for (int i = 0; i < fault.count(FaultOption.KEEPALIVES, 0); i++) {
            out.keepalive();
        }
    }

    private byte[] open(String status) {
        return BodyOut.bytes(",\"response\":" + json.render(status, List.of(), underWay()));
    }

    private ResponseJson.Parts underWay() {
        return ResponseJson.Parts.open(JsonStrings.quote(request.text("service_tier").orElse("auto")));
    }

    /** What the request for it is told at once: in the background nothing has begun yet. */
    String accepted() {
        return isBackground() ? json.render("queued", List.of(), underWay()) : done();
    }

    /** The response as it is now. */
    String now() {
        String status = status();
        return status.equals(end()) ? done() : json.render(status, List.of(), underWay());
    }

    /** The response when all is done. */
    String done() {
        Optional<ApiError> failure = failure();
        String end = end();
        boolean failed = failure.isPresent();
        String completedAt = end.equals("completed")
                ? Long.toString(origin.createdSeconds() + durationNanos() / 1_000_000_000L) : "null";
        String incomplete = end.equals("incomplete") ? "{\"reason\":\"max_output_tokens\"}" : "null";
        return json.render(end, failed ? List.of() : output.stream().map(SimulatedItem::json).toList(),
                new ResponseJson.Parts(completedAt, failure.map(error -> error.ofResponse(fault)).orElse("null"), incomplete,
                        JsonStrings.quote(serviceTier()), failed ? ",\"usage\":null" : toldUsage()));
    }

    private String toldUsage() {
        return switch (fault.text(FaultOption.USAGE).orElse("")) {
            case "absent" -> "";
            case "null" -> ",\"usage\":null";
            default -> ",\"usage\":" + ResponseJson.usage(usage);
        };
    }

    /** Where it stands: only background responses are anything but done. */
    String status() {
        if (cancelled) {
            return "cancelled";
        }
        if (!isBackground()) {
            return end();
        }
        int wanted = fault.count(FaultOption.POLLS, 0);
        int seen = polls.get();
        if (streamed || seen >= wanted && System.nanoTime() - createdNanos >= durationNanos()) {
            return end();
        }
        return seen <= 1 && wanted > 2 ? "queued" : "in_progress";
    }

    /** It is told as a stream, to its end: whoever has heard that knows that it is done. */
    void stream() {
        streamed = !cancelled;
    }

    /** Where it stands when it is asked for once more. */
    String poll() {
        polls.incrementAndGet();
        return now();
    }

    /** Whether it has come to its own end. */
    boolean isDone() {
        return status().equals(end());
    }

    boolean isBackground() {
        return request.flag("background", false);
    }

    void cancel() {
        cancelled |= !isDone();
    }

    /** What it bills where all of it goes out: nothing if it fails, or never comes to its end. */
    Charge charge() {
        return failure().isPresent() || fault.has(FaultOption.NOEND) ? Charge.NONE
                : new Charge(id(), request.model(), serviceTier(), usage);
    }

    /** How long it takes to tell it, from the answer's start. */
    private long durationNanos() {
        return pace.durationNanos(output.stream().mapToInt(SimulatedItem::deltas).sum());
    }

    private void fail(EventOut out) throws IOException {
        String how = fault.text(FaultOption.FAILAS).orElse("failed");
        ApiError failure = failure().orElseThrow();
        switch (how) {
            case "error", "both" -> out.error(failure);
            case "nested" -> out.event("error", BodyOut.bytes(",\"error\":" + failure.inner()));
            default -> { }
        }
        if (how.equals("failed") || how.equals("both")) {
            out.event("response.failed", BodyOut.bytes(",\"response\":" + done()));
        }
        behind(out);
    }

    private void behind(EventOut out) throws IOException {
        String after = fault.text(FaultOption.AFTER).orElse("");
        if (after.equals("done")) {
            out.done();
        } else if (after.equals("event")) {
            out.event("response.simulated_afterword", BodyOut.bytes(",\"text\":\"behind the end\""));
        }
    }

    /** The status that it ends with. */
    private String end() {
        if (failure().isPresent()) {
            return "failed";
        }
        return fault.has(FaultOption.INCOMPLETE) ? "incomplete" : "completed";
    }

    private Optional<ApiError> failure() {
        Optional<String> code = fault.has(FaultOption.OVERLOADED) ? Optional.of("server_is_overloaded")
                : fault.has(FaultOption.RATELIMITED) ? Optional.of("rate_limit_exceeded") : fault.text(FaultOption.FAIL);
        return code.map(name -> ApiError.inside(name, fault));
    }

    private static List<SimulatedItem> output(ResponseRequest request, Fault fault, Origin origin) {
        List<SimulatedItem> output = new ArrayList<>();
        if (fault.has(FaultOption.REASONING)) {
            output.add(new SimulatedReasoning("rs_" + origin.suffix(),
                    EncryptedContent.of(origin.organization(), origin.suffix())));
        }
        output.add(ToolChoice.called(request, fault).<SimulatedItem>map(tool -> call(tool, fault, origin.suffix()))
                .orElseGet(() -> SimulatedMessage.of(request, fault, origin.suffix())));
        return List.copyOf(output);
    }

    private static SimulatedCall call(Tool tool, Fault fault, String suffix) {
        boolean custom = tool.type().equals("custom");
        return new SimulatedCall(suffix, custom, tool.name(), fault.text(FaultOption.ARGS_B64)
                .orElseGet(() -> custom ? "simulated input" : tool.arguments()));
    }

    private static TokenUsage usage(ResponseRequest request, Fault fault, int cachedTokens, List<SimulatedItem> output) {
        int input = request.inputTokens();
        int reasoning = output.stream().filter(SimulatedReasoning.class::isInstance).mapToInt(SimulatedItem::tokens).sum();
        return TokenUsage.told(input, Math.min(input, fault.count(FaultOption.CACHED, cachedTokens)),
                        output.stream().mapToInt(SimulatedItem::tokens).sum(), reasoning)
                .withCacheWrite(Math.min(input, fault.count(FaultOption.CACHEWRITE, 0)));
    }
}
