package sluice.clients;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.function.LongSupplier;
import sluice.api.GatewayError;
import sluice.api.TokenUsage;
import sluice.config.ClientPolicy;

/**
 * Holds each client to its limits: before the body by requests, after the scan by model, tokens and money. Requests that run at
 * the same time may together pass a limit of tokens or money, because what one costs is known when it ends. Stateless.
 */
public final class Admission {
    private static final double NANO_DOLLARS = 1e9;

    /** What came of asking. */
    public sealed interface Outcome {
        /** The request may go on. */
        record Admitted() implements Outcome { }

        /** It may not, and this is what the client is told. */
        record Refused(GatewayError error) implements Outcome { }
    }

    private static final Outcome ADMITTED = new Outcome.Admitted();

    private final LongSupplier epochMillis;

    /** An admission by the clock of days and months. */
    public Admission(LongSupplier epochMillis) {
        this.epochMillis = epochMillis;
    }

    /** Takes a place for one request; {@link #leave} gives it back if this admitted it. */
    public Outcome enter(ClientAuthenticator.Outcome.Known known, long nowNanos) {
        ClientPolicy policy = known.policy();
        Client client = known.client();
        if (!client.enter(policy.concurrency())) {
            return refused(GatewayError.gateway(429, "client_concurrency", "This key has " + policy.concurrency()
                    + " requests under way, as many as it may.").withRetryAfter(Duration.ofSeconds(1)));
        }
        Outcome counted = count(known, nowNanos);
        if (counted instanceof Outcome.Refused) {
            client.leave();
        }
        return counted;
    }

    /** Counts a request that takes no place. */
    public Outcome count(ClientAuthenticator.Outcome.Known known, long nowNanos) {
        int most = known.policy().requestsPerMinute();
        return known.client().requests().add(1, most, nowNanos) ? ADMITTED
                : refused(GatewayError.gateway(429, "client_rate", "This key may send " + most + " requests a minute.")
                        .withRetryAfter(untilNextMinute(nowNanos)));
    }

    /** Judges what only the body tells. */
    public Outcome afterScan(ClientAuthenticator.Outcome.Known known, String model, long nowNanos) {
        ClientPolicy policy = known.policy();
        if (!model.isEmpty() && !Client.mayUse(policy.models(), model)) {
            return refused(GatewayError.client(403, "model_not_allowed", "This key may not use the model '" + model
                    + "'; GET /v1/models lists what it may use.").withParam("model"));
        }
        if (policy.tokensPerMinute() > 0 && known.client().tokens().count(nowNanos) >= policy.tokensPerMinute()) {
            return refused(GatewayError.gateway(429, "client_rate", "This key may use " + policy.tokensPerMinute()
                    + " tokens a minute.").withRetryAfter(untilNextMinute(nowNanos)));
        }
        return withinBudget(known);
    }

    private Outcome withinBudget(ClientAuthenticator.Outcome.Known known) {
        ClientPolicy.Budget budget = known.policy().budget();
        if (budget.dayUsd() == 0 && budget.monthUsd() == 0) {
            return ADMITTED;
        }
        long now = epochMillis.getAsLong();
        Spending.Sums spent = known.client().spending().at(now);
        if (isSpent(budget.monthUsd(), spent.monthNanoDollars())) {
            return refused(exhausted(budget.monthUsd(), "month", Spending.untilNextMonth(now)));
        }
        return isSpent(budget.dayUsd(), spent.dayNanoDollars())
                ? refused(exhausted(budget.dayUsd(), "day", Spending.untilTomorrow(now))) : ADMITTED;
    }

    private static boolean isSpent(double limitUsd, long spentNanoDollars) {
        return limitUsd > 0 && spentNanoDollars >= limitUsd * NANO_DOLLARS;
    }

    private static Outcome refused(GatewayError error) {
        return new Outcome.Refused(error);
    }

    private static GatewayError exhausted(double limitUsd, String period, Duration left) {
        return GatewayError.gateway(429, "budget_exhausted", "This key may spend $" + BigDecimal.valueOf(limitUsd).toPlainString()
                + " a " + period + " (UTC), and has.").withRetryAfter(left);
    }

    /** The request has ended. */
    public void leave(ClientAuthenticator.Outcome.Known known, TokenUsage usage, long nowNanos) {
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
