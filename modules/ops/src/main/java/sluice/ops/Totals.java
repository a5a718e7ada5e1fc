package sluice.ops;

import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import sluice.api.Decision;
import sluice.api.TokenUsage;
import sluice.records.EndedRequest;

/** Sums since the start, for the dashboard. Thread-safe. */
final class Totals {
    private final LongAdder requests = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder failovers = new LongAdder();
    private final LongAdder inSession = new LongAdder();
    private final LongAdder chosen = new LongAdder();
    private final LongAdder escaped = new LongAdder();
    private final LongAdder input = new LongAdder();
    private final LongAdder cached = new LongAdder();
    private final LongAdder output = new LongAdder();
    private final LongAdder reasoning = new LongAdder();
    private final LongAdder costNanoDollars = new LongAdder();
    private final LongAdder unpriced = new LongAdder();

    void add(EndedRequest request, Ending ending) {
        requests.increment();
        switch (ending) {
            case FAILED -> errors.increment();
            case REFUSED -> refused.increment();
            case GOOD -> { }
        }
        failovers.add(Math.max(0, request.usage().attempts() - 1));
        if (request.layer() != Decision.Layer.NONE) {
            chosen.increment();
            if (request.layer() != Decision.Layer.LOAD_BALANCE) {
                inSession.increment();
            }
        }
        if (request.escaped()) {
            escaped.increment();
        }
        TokenUsage usage = request.usage().usage();
        input.add(usage.input());
        cached.add(usage.cached());
        output.add(usage.output());
        reasoning.add(usage.reasoning());
        OptionalLong cost = request.usage().costNanoDollars();
        if (cost.isPresent()) {
            costNanoDollars.add(cost.getAsLong());
        } else {
            unpriced.increment();
        }
    }

    void write(JsonOut json) {
        json.number("requests", requests.sum()).number("errors", errors.sum())
                .number("refused", refused.sum()).number("failovers", failovers.sum())
                .number("chosen", chosen.sum()).number("sticky", inSession.sum()).number("escaped", escaped.sum())
                .number("input_tokens", input.sum()).number("cached_tokens", cached.sum())
                .number("output_tokens", output.sum()).number("reasoning_tokens", reasoning.sum())
                .dollars("cost_usd", costNanoDollars.sum()).number("unpriced_requests", unpriced.sum());
    }
}
