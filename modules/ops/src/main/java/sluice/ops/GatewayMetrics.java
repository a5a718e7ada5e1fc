package sluice.ops;

import io.helidon.metrics.api.Counter;
import io.helidon.metrics.api.DistributionSummary;
import io.helidon.metrics.api.Meter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.MetricsFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import sluice.api.Decision;
import sluice.api.TokenUsage;
import sluice.api.UsageRecord;
import sluice.records.EndedRequest;

/**
 * Every metric that requests move. Names and meanings are in {@code docs/metrics.md}. Counting a request whose labels are known
 * makes no object. Labels come from the configuration and from fixed lists only. Thread-safe.
 */
final class GatewayMetrics {
    /** More error codes than docs/errors.md and the upstream's documents name together. */
    private static final int MAX_ERROR_CODES = 96;
    private static final int MAX_CODE_CHARS = 64;
    private static final String[] STATUSES = new String[600];
    private static final String[] LAYERS = names(Decision.Layer.values());
    private static final String[] REASONS = names(EndedRequest.Reason.values());

    static {
        for (int i = 0; i < STATUSES.length; i++) {
            STATUSES[i] = Integer.toString(i);
        }
    }

    private final MetricsFactory factory;
    private final MeterRegistry registry;
    private final GatewayView gateway;
    private final Set<String> errorCodes = ConcurrentHashMap.newKeySet();

    private final LabelTable<Counter> requests = new LabelTable<>((route, status, error, client) -> counter(
            "sluice_requests_total", "Requests that have ended.", "route", route, "status", status, "error", error,
            "client", client));
    private final LabelTable<DistributionSummary> duration = new LabelTable<>((route, b, c, d) -> seconds("sluice_request_seconds",
            "From the first byte of a request to the last of its answer.", BucketBounds.SECONDS, "route", route));
    private final LabelTable<DistributionSummary> firstOutput = new LabelTable<>((account, b, c, d) -> seconds(
            "sluice_first_output_seconds", "From the first byte of a request to the first output of its stream.",
            BucketBounds.SECONDS, "account", account));
    private final LabelTable<DistributionSummary> added = new LabelTable<>((account, b, c, d) -> seconds(
            "sluice_gateway_added_seconds", "What the gateway adds before it calls the upstream, without waits.",
            BucketBounds.SHORT_SECONDS, "account", account));
    private final LabelTable<DistributionSummary> upstream = new LabelTable<>((account, b, c, d) -> seconds(
            "sluice_upstream_seconds", "From sending a request to the headers of its answer, with connecting.",
            BucketBounds.SECONDS, "account", account));
    private final LabelTable<Counter> attempts = new LabelTable<>((account, b, c, d) -> counter("sluice_attempts_total",
            "Calls of accounts.", "account", account));
    private final LabelTable<Counter> failures = new LabelTable<>((account, reason, c, d) -> counter("sluice_failures_total",
            "Calls of accounts that failed.", "account", account, "reason", reason));
    private final LabelTable<Counter> failovers = new LabelTable<>((account, reason, c, d) -> counter("sluice_failovers_total",
            "Failed calls after which another account was called.", "account", account, "reason", reason));
    private final LabelTable<Counter> tokens = new LabelTable<>((kind, account, client, model) -> counter("sluice_tokens_total",
            "Tokens by kind: input has cached in it, output has reasoning in it.", "kind", kind, "account", account,
            "client", client, "model", model));
    private final LabelTable<Counter> costs = new LabelTable<>((client, model, c, d) -> counter("sluice_cost_nanodollars_total",
            "What tokens cost by usage.prices, in billionths of a dollar.", "client", client, "model", model));
    private final LabelTable<Counter> selections = new LabelTable<>((layer, b, c, d) -> counter("sluice_selections_total",
            "Requests by what chose their account.", "layer", layer));
    private final DistributionSummary queueWait;
    private final Counter events;
    private final Counter flushes;
    private final Counter requestBytes;
    private final Counter answerBytes;
    private final Counter resends;
    private final Counter escapes;
    private final Counter estimates;
    private final Counter unpriced;

    GatewayMetrics(MetricsFactory factory, MeterRegistry registry, GatewayView gateway) {
        this.factory = factory;
        this.registry = registry;
        this.gateway = gateway;
        queueWait = seconds("sluice_queue_wait_seconds", "Choosing accounts and waiting for their slots, for each request.",
                BucketBounds.SECONDS);
        events = counter("sluice_events_total", "Events of streams.");
        flushes = counter("sluice_flushes_total", "Writes of answers to clients.");
        requestBytes = counter("sluice_request_bytes_total", "Bytes of request bodies.");
        answerBytes = counter("sluice_answer_bytes_total", "Bytes of answer bodies.");
        resends = counter("sluice_resends_total", "Requests sent again though an account may have executed them.");
        escapes = counter("sluice_sticky_escapes_total", "Sessions that left their account for a better one.");
        estimates = counter("sluice_usage_estimated_total", "Requests whose tokens are a guess.");
        unpriced = counter("sluice_unpriced_requests_total", "Requests with tokens of a model that has no price.");
        gauge("sluice_in_flight", "Requests under way.", gateway::inFlight);
        gauge("sluice_open_streams", "Streams to clients that are open.", gateway::openStreams);
        gauge("sluice_open_websockets", "WebSocket connections of clients that are open.", gateway::openWebSockets);
        gauge("sluice_body_bytes", "Bytes of request bodies held.", gateway::bodyBytes);
        gauge("sluice_body_budget_bytes", "Most bytes of request bodies.", gateway::bodyBudgetBytes);
        gauge("sluice_usage_lost_records", "Usage records that could not be kept.", gateway::usageLost);
        gauge("sluice_log_lost_lines", "Lines of requests that could not be written.", gateway::logLost);
        gauge("sluice_probe_added_seconds", "What the gateway adds to a small request, by probes; NaN: not measured.",
                () -> gateway.addedTime(false).p50().nanos() / 1e9, "quantile", "0.5");
        gauge("sluice_probe_added_seconds", "What the gateway adds to a small request, by probes; NaN: not measured.",
                () -> gateway.addedTime(false).p99().nanos() / 1e9, "quantile", "0.99");
        gauge("sluice_probe_samples", "Probes of the last five minutes.", () -> gateway.addedTime(false).samples());
        gauge("sluice_draining", "1 while new requests are refused.", () -> gateway.draining() ? 1 : 0);
    }

    /** Counts a request. */
    void ended(EndedRequest request) {
        UsageRecord usage = request.usage();
        OptionalLong cost = usage.costNanoDollars();
        String account = usage.account();
        requests.get(usage.route(), status(usage.status()), errorLabel(usage.errorCode()), usage.client()).increment();
        duration.get(usage.route()).record(seconds(request.times().totalNanos()));
        if (usage.firstOutputNanos() > 0) {
            firstOutput.get(account).record(seconds(usage.firstOutputNanos()));
        }
        if (usage.attempts() > 0) {
            queueWait.record(seconds(request.times().queueNanos()));
            added.get(account).record(seconds(request.times().addedNanos()));
            selections.get(LAYERS[request.layer().ordinal()]).increment();
            if (request.escaped()) {
                escapes.increment();
            }
            calls(request);
        }
        if (request.upstreamHeadersNanos() > 0) {
            upstream.get(account).record(seconds(request.upstreamHeadersNanos()));
        }
        events.increment(request.events());
        flushes.increment(request.flushes());
        requestBytes.increment(usage.requestBytes());
        answerBytes.increment(request.answerBytes());
        resends.increment(usage.resends());
        if (usage.usage().total() > 0) {
            tokens(usage, usage.usage());
            if (cost.isPresent()) {
                costs.get(usage.client(), label(usage.model())).increment(cost.getAsLong());
            } else {
                unpriced.increment();
            }
        }
    }

    private void calls(EndedRequest request) {
        int failed = request.failures().size();
        int attempted = request.usage().attempts();
        for (int i = 0; i < failed; i++) {
            EndedRequest.FailedTry attempt = request.failures().get(i);
            String reason = REASONS[attempt.reason().ordinal()];
            attempts.get(attempt.account()).increment();
            failures.get(attempt.account(), reason).increment();
            if (i < attempted - 1) {
                failovers.get(attempt.account(), reason).increment();
            }
        }
        if (failed < attempted) {
            attempts.get(request.usage().account()).increment();
        }
    }

    private void tokens(UsageRecord record, TokenUsage usage) {
        String model = label(record.model());
        add("input", usage.input(), record, model);
        add("cached", usage.cached(), record, model);
        add("output", usage.output(), record, model);
        add("reasoning", usage.reasoning(), record, model);
        if (usage.estimated()) {
            estimates.increment();
        }
    }

    /** A model as a label: only if the configuration names it. */
    private String label(String model) {
        return gateway.models().contains(model) ? model : LabelTable.OTHER;
    }

    private void add(String kind, long amount, UsageRecord record, String model) {
        if (amount > 0) {
            tokens.get(kind, record.account(), record.client(), model).increment(amount);
        }
    }

    /** An error code as a label. Some codes are the upstream's, so they are checked, and only so many of them are taken. */
    private String errorLabel(String code) {
        if (code.isEmpty() || errorCodes.contains(code)) {
            return code;
        }
        if (errorCodes.size() >= MAX_ERROR_CODES || code.length() > MAX_CODE_CHARS
                || !code.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_')) {
            return LabelTable.OTHER;
        }
        errorCodes.add(code);
        return code;
    }

    private static String[] names(Enum<?>[] values) {
        return Arrays.stream(values).map(value -> value.name().toLowerCase(Locale.ROOT)).toArray(String[]::new);
    }

    private static String status(int status) {
        return status >= 0 && status < STATUSES.length ? STATUSES[status] : LabelTable.OTHER;
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }

    private Counter counter(String name, String description, String... labels) {
        return registry.getOrCreate(labelled(factory.counterBuilder(name).description(description), labels));
    }

    private DistributionSummary seconds(String name, String description, BucketBounds bounds, String... labels) {
        return registry.getOrCreate(labelled(factory.distributionSummaryBuilder(name,
                factory.distributionStatisticsConfigBuilder().buckets(bounds.bounds())).description(description)
                .baseUnit("seconds"), labels));
    }

    private void gauge(String name, String description, Supplier<Number> source, String... labels) {
        registry.getOrCreate(labelled(factory.gaugeBuilder(name, source).description(description), labels));
    }

    private <B extends Meter.Builder<B, M>, M extends Meter> B labelled(B builder, String... labels) {
        B made = builder;
        for (int i = 0; i < labels.length; i += 2) {
            made = made.addTag(factory.tagCreate(labels[i], labels[i + 1]));
        }
        return made;
    }
}
