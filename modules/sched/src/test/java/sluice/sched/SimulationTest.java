package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SimulationTest {
    @Test
    void leavesASlowSessionAccountWhenItPays() {
        World world = Scenarios.slowdown(8_000, 1_000);

        assertTrue(world.share("a", 0, 1200) > 0.2, "before " + world.share("a", 0, 1200));
        assertTrue(world.share("a", 1500, 2700) < 0.1, "after " + world.share("a", 1500, 2700));
    }

    @Test
    void keepsASlowSessionAccountWhenTheCacheIsWorthMore() {
        World world = Scenarios.slowdown(700, 3_000);

        assertTrue(world.share("a", 1500, 2700) > 0.8 * world.share("a", 600, 1200),
                world.share("a", 600, 1200) + " to " + world.share("a", 1500, 2700));
        assertTrue(world.cacheHits() > 0.9, "cache hits " + world.cacheHits());
    }

    @Test
    void spreadsLoadByWeightWithinTwoPercent() {
        World world = Scenarios.weights();

        for (int weight = 1; weight <= 4; weight++) {
            assertEquals(weight / 10.0, world.share("w" + weight, 0, Double.MAX_VALUE), 0.02, "weight " + weight);
        }
    }

    @Test
    void givesABackupNothingWhileALowerTierFits() {
        World world = Scenarios.tiers();

        assertEquals(0, world.share("spare", 0, 1200));
        assertTrue(world.share("spare", 1210, 1490) > 0.8, "during " + world.share("spare", 1210, 1490));
        assertEquals(0, world.share("spare", 1620, Double.MAX_VALUE));
    }

    @Test
    void bringsARecoveredAccountBack() {
        World world = Scenarios.recovery();

        assertTrue(world.share("a", 1210, 1490) < 0.01);
        assertTrue(world.share("a", 1800, 3600) > 0.25, "after " + world.share("a", 1800, 3600));
    }

    @Test
    void waitsOutAShortStormAndRefusesInALongOneWithTheRightRetryAfter() {
        World brief = Scenarios.storm(20);
        World lasting = Scenarios.storm(120);

        assertTrue(brief.longestWaitMillis() <= 30_000, "" + brief.longestWaitMillis());
        assertTrue(brief.refused.size() <= 3, "refused " + brief.refused.size());
        assertTrue(lasting.refused.size() > 50);
        for (var refused : lasting.refused) {
            assertTrue(refused.retryAfter().compareTo(Duration.ofSeconds(120)) <= 0, "" + refused);
            assertTrue(refused.retryAfter().isPositive(), "" + refused);
        }
        assertTrue(lasting.share("a", 450, 1000) > 0.2, "all come back");
    }

    @Test
    void starvesNobody() {
        World world = Scenarios.busy(World.Policy.LAYERED);

        assertEquals(120 * 60, world.turns.size(), "every turn is served");
        assertTrue(world.longestWaitMillis() < 30_000);
    }

    @Test
    void answersSoonerThanTheSimplerPoliciesInTheMiddleAndReadsMoreFromCaches() {
        World layered = Scenarios.busy(World.Policy.LAYERED);
        for (World.Policy policy : World.Policy.values()) {
            World other = Scenarios.busy(policy);
            assertTrue(layered.ttftMillis(0.5) <= other.ttftMillis(0.5), policy + ": " + other.ttftMillis(0.5));
        }
        for (World.Policy policy : new World.Policy[] {World.Policy.ROUND_ROBIN, World.Policy.LEAST_LOADED}) {
            assertTrue(layered.cacheHits() > Scenarios.busy(policy).cacheHits() + 0.1, policy + "");
        }
        assertTrue(layered.ttftMillis(0.99) < Scenarios.busy(World.Policy.STICKY_WAITS).ttftMillis(0.99) / 4);
    }

    @Test
    void givesTheSameResultsEachTime() {
        assertEquals(Scenarios.busy(World.Policy.LAYERED).turns, Scenarios.busy(World.Policy.LAYERED).turns);
    }
}
