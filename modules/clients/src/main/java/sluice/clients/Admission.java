package sluice.clients;

import java.math.BigDecimal;
import java.time.Duration;
import sluice.api.GatewayError;
import sluice.api.RequestBody;
import sluice.api.TokenUsage;
import sluice.config.Quota;
import sluice.records.RequestRecord;

/**
 * Holds each client, and its team, to their limits: before the body by requests, after the scan by tokens and money. What
 * the request will use is estimated and reserved, so that requests which run at the same time see each other. Thread-safe.
 */
public final class Admission {
    /** When a request may be tried again that found everything reserved by others. */
    private static final Duration WHILE_RESERVED = Duration.ofSeconds(5);

    /** What came of entering. */
    public sealed interface Outcome {
        /** The request may go on; the ticket is to be closed when it has ended. */
        record Admitted(Ticket ticket) implements Outcome { }

        /** It may not, and this is what the client is told. */
        record Refused(GatewayError error) implements Outcome { }
    }

    /** Whether what was asked is within the limits. */
    public sealed interface Claimed {
        /** It is, and counts towards them. */
        record Within() implements Claimed { }

        /** It is not, nothing of it counts, and this is what the client is told. */
        record Beyond(GatewayError error) implements Claimed { }
    }

    private final Settlement settlement;

    /** An admission whose requests are settled by {@code settlement}. */
    public Admission(Settlement settlement) {
        this.settlement = settlement;
    }

    /** Takes a place for one request, whose facts will stand in {@code record}. */
    public Outcome enter(ClientAuthenticator.Outcome.Known known, RequestRecord record, long nowNanos) {
        record.team = known.policy().team();
        int places = 0;
        for (Party party : known.parties()) {
            if (!party.allowance().places().enter(party.quota().concurrency())) {
                leave(known, places);
                return new Outcome.Refused(GatewayError.gateway(429, "client_concurrency",
                        party.words() + " has " + party.quota().concurrency()
                        + " requests under way, as many as it may.").withRetryAfter(Duration.ofSeconds(1)));
            }
            places++;
        }
        if (count(known, nowNanos) instanceof Claimed.Beyond(GatewayError error)) {
            leave(known, places);
            return new Outcome.Refused(error);
        }
        return new Outcome.Admitted(new Ticket(this, known, record));
    }

    /** Counts a request that takes no place. */
    public Claimed count(ClientAuthenticator.Outcome.Known known, long nowNanos) {
        int counted = 0;
        for (Party party : known.parties()) {
            int limit = party.quota().requestsPerMinute();
            if (!party.allowance().requests().add(1, limit, nowNanos)) {
                known.parties().subList(0, counted).forEach(one -> one.allowance().requests().correct(nowNanos, 1, 0, nowNanos));
                return refused(GatewayError.gateway(429, "client_rate", party.words() + " may send " + limit + " requests a minute.")
                        .withRetryAfter(Duration.ofNanos(party.allowance().requests().nanosUntilBelow(limit, nowNanos))));
            }
            counted++;
        }
        return new Claimed.Within();
    }

    private static void leave(ClientAuthenticator.Outcome.Known known, int places) {
        known.parties().subList(0, places).forEach(party -> party.allowance().places().leave());
    }

    /** Judges what only the body tells, and reserves what it will use. */
    Claimed claim(Ticket ticket, RequestBody body, String model, boolean billed, long nowNanos) {
        ClientAuthenticator.Outcome.Known known = ticket.known();
        Claim claim = Claim.of(body, model, known.client().means()).unconfirmed(settlement.books().prices());
        ticket.record().tier = claim.tier();
        TokenUsage expected = billed ? TokenUsage.estimate(claim.inputTokens(), claim.outputTokens()) : TokenUsage.NONE;
        long nanoDollars = settlement.books().prices().countedNanoDollars(model, claim.tier(), expected);
        Reservation reservation = new Reservation(claim, nanoDollars, nowNanos);
        for (int i = 0; i < known.parties().size(); i++) {
            Claimed claimed = reserve(known.parties().get(i), reservation, expected.total());
            if (claimed instanceof Claimed.Beyond) {
                known.parties().subList(0, i).forEach(party -> settlement.giveBack(party, reservation, expected.total(), nowNanos));
                return claimed;
            }
        }
        if (billed) {
            ticket.reserved(reservation, settlement.admitted(ticket.record(), reservation));
        }
        return new Claimed.Within();
    }

    private Claimed reserve(Party party, Reservation reservation, long tokens) {
        Quota quota = party.quota();
        long now = reservation.atNanos();
        if (!party.allowance().tokens().add(tokens, quota.tokensPerMinute(), now)) {
            return refused(GatewayError.gateway(429, "client_rate", party.words() + " may use " + quota.tokensPerMinute()
                    + " tokens a minute.").withRetryAfter(Duration.ofNanos(
                            party.allowance().tokens().nanosUntilBelow(quota.tokensPerMinute(), now))));
        }
        long epochMillis = settlement.books().epochMillis();
        Calendar calendar = settlement.books().calendar();
        Spending.Room room = party.allowance().spending().reserve(reservation.nanoDollars(), quota.budget(),
                calendar.dayOf(epochMillis));
        if (room != Spending.Room.LEFT) {
            party.allowance().tokens().correct(now, tokens, 0, now);
        }
        return switch (room) {
            case LEFT -> new Claimed.Within();
            case DAY_SPENT -> refused(spent(party, quota.budget().dayUsd(), "day", calendar.untilTomorrow(epochMillis)));
            case MONTH_SPENT -> refused(spent(party, quota.budget().monthUsd(), "month", calendar.untilNextMonth(epochMillis)));
            case RESERVED -> refused(GatewayError.gateway(429, "budget_exhausted", "What is left of the budget is reserved for "
                    + "requests that are under way.").withRetryAfter(WHILE_RESERVED));
        };
    }

    private static GatewayError spent(Party party, double limitUsd, String period, Duration left) {
        return new GatewayError(GatewayError.Source.GATEWAY, 429, GatewayError.FINAL_TYPE, "budget_exhausted", party.words()
                + " may spend $" + BigDecimal.valueOf(limitUsd).toPlainString() + " a " + period + ", and has.", "", left);
    }

    private static Claimed refused(GatewayError error) {
        return new Claimed.Beyond(error);
    }

    /** Whether it is known what a request has used whose answer is about to end. */
    boolean knowsUseOf(Ticket ticket) {
        return Settlement.knowsUseOf(ticket);
    }

    /** Settles what a request has used. */
    void settle(Ticket ticket) {
        settlement.settle(ticket);
    }

    /** A request has ended, and gives up its places. */
    void leave(ClientAuthenticator.Outcome.Known known) {
        leave(known, known.parties().size());
    }
}
