package sluice.server;

import java.time.Duration;
import java.util.Optional;
import sluice.api.GatewayError;
import sluice.api.TokenUsage;
import sluice.config.ClientPolicy;

/** Holds each client to its limits: before the body by requests, after the scan by model and tokens. Stateless. */
final class Admission {
    /** Takes a place for one request; {@link #leave} gives it back if this gave no error. */
    Optional<GatewayError> enter(ClientAuthenticator.Outcome.Known known, long nowNanos) {
        ClientPolicy policy = known.policy();
        Client client = known.client();
        if (!client.enter(policy.concurrency())) {
            return Optional.of(GatewayError.gateway(429, "client_concurrency", "This key has " + policy.concurrency()
                    + " requests under way, as many as it may.").withRetryAfter(Duration.ofSeconds(1)));
        }
        if (!client.requests().add(1, policy.requestsPerMinute(), nowNanos)) {
            client.leave();
            return Optional.of(GatewayError.gateway(429, "client_rate", "This key may send " + policy.requestsPerMinute()
                    + " requests a minute.").withRetryAfter(untilNextMinute(nowNanos)));
        }
        return Optional.empty();
    }

    /** Judges what only the body tells. */
    Optional<GatewayError> afterScan(ClientAuthenticator.Outcome.Known known, String model, long nowNanos) {
        ClientPolicy policy = known.policy();
        if (!model.isEmpty() && !Client.mayUse(policy.models(), model)) {
            return Optional.of(GatewayError.client(403, "model_not_allowed", "This key may not use the model '" + model
                    + "'; GET /v1/models lists what it may use.").withParam("model"));
        }
        if (policy.tokensPerMinute() > 0 && known.client().tokens().count(nowNanos) >= policy.tokensPerMinute()) {
            return Optional.of(GatewayError.gateway(429, "client_rate", "This key may use " + policy.tokensPerMinute()
                    + " tokens a minute.").withRetryAfter(untilNextMinute(nowNanos)));
        }
        return Optional.empty();
    }

    /** The request has ended. */
    void leave(ClientAuthenticator.Outcome.Known known, TokenUsage usage, long nowNanos) {
        known.client().leave();
        if (usage.total() > 0) {
            known.client().tokens().add(usage.total(), 0, nowNanos);
            known.client().tokensInAll().addAndGet(usage.total());
        }
    }

    private static Duration untilNextMinute(long nowNanos) {
        return Duration.ofNanos(Client.MinuteCount.nanosLeft(nowNanos));
    }
}
