package sluice.sched;

import java.time.Duration;
import sluice.api.Account;
import sluice.api.AttemptOutcome.Kind;

/** The scenarios that the tests judge and that the report shows. Stateless. */
final class Scenarios {
    static final int SEED = 42;

    private Scenarios() {
    }

    private static Account account(String name, int tier, int weight, int concurrency) {
        return Rig.account(name, tier, 0, weight, concurrency, "x");
    }

    /** Sessions on three accounts; {@code a} becomes slower by {@code extraMillis} after 20 minutes. */
    static World slowdown(double extraMillis, int tokensPerTurn) {
        return new World(World.Policy.LAYERED, SEED, (index, seconds) ->
                World.Upstream.of(600 + (index == 0 && seconds > 1200 ? extraMillis : 0)),
                account("a", 0, 1, 16), account("b", 0, 1, 16), account("c", 0, 1, 16)).run(60, 100, 30, tokensPerTurn);
    }

    /** Single requests on otherwise equal accounts with weights 1 to 4, and room enough. */
    static World weights() {
        return new World(World.Policy.LAYERED, SEED, (index, seconds) -> World.Upstream.of(500),
                account("w1", 0, 1, 100_000), account("w2", 0, 2, 100_000), account("w3", 0, 3, 100_000),
                account("w4", 0, 4, 100_000)).runSingles(40_000, 2);
    }

    /** A spare in a higher tier; the main accounts have room until both fail from minute 20 to 25. */
    static World tiers() {
        return new World(World.Policy.LAYERED, SEED, (index, seconds) -> index < 2 && seconds > 1200 && seconds < 1500
                ? World.Upstream.failing(Kind.UPSTREAM, Duration.ZERO) : World.Upstream.of(500),
                account("main-1", 0, 1, 64), account("main-2", 0, 1, 64), account("spare", 1, 9, 64)).runSingles(7_200, 2);
    }

    /** One of three accounts fails from minute 20 to 25, and is fine again afterwards. */
    static World recovery() {
        return new World(World.Policy.LAYERED, SEED, (index, seconds) -> index == 0 && seconds > 1200 && seconds < 1500
                ? World.Upstream.failing(Kind.UPSTREAM, Duration.ZERO) : World.Upstream.of(500),
                account("a", 0, 1, 64), account("b", 0, 1, 64), account("c", 0, 1, 64)).runSingles(7_200, 2);
    }

    /** All accounts answer 429 for {@code seconds} from minute 5, with the right Retry-After. */
    static World storm(double seconds) {
        return new World(World.Policy.LAYERED, SEED, (index, now) -> now > 300 && now < 300 + seconds
                ? World.Upstream.failing(Kind.RATE_LIMITED, Duration.ofMillis((long) ((300 + seconds - now) * 1000) + 1))
                : World.Upstream.of(500),
                account("a", 0, 1, 16), account("b", 0, 1, 16), account("c", 0, 1, 16)).runSingles(1_200, 2);
    }

    /** A busy pool of unequal accounts under one policy: the same arrivals for each. */
    static World busy(World.Policy policy) {
        return new World(policy, SEED, (index, seconds) ->
                World.Upstream.of(index == 0 ? 4_000 : 500 + 150 * index),
                account("a", 0, 1, 4), account("b", 0, 1, 4), account("c", 0, 1, 8), account("d", 0, 1, 8), account("e", 0, 1, 4),
                account("f", 0, 1, 4)).run(120, 60, 30, 3_000);
    }
}
