package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaSimulationTest {
    @ParameterizedTest
    @ValueSource(doubles = {0.8, 0.9, 1.0})
    void leavesAndRefusesNoMoreThanTakingTurns(double demand) {
        QuotaWorld quotas = new QuotaWorld(QuotaWorld.Policy.WITH_QUOTAS).run(demand);
        QuotaWorld turns = new QuotaWorld(QuotaWorld.Policy.ROUND_ROBIN).run(demand);

        assertTrue(quotas.unused() <= turns.unused(), quotas.unused() + " where turns leave " + turns.unused());
        assertTrue(quotas.refused() <= turns.refused(), quotas.refused() + " where turns refuse " + turns.refused());
    }
}
