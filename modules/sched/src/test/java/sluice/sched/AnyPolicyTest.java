package sluice.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler.Control;
import sluice.api.Decision.FilterReason;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionPolicy;
import sluice.api.SelectionPolicy.Choice;

class AnyPolicyTest {
    /** Names every account, whatever its state. */
    private static final SelectionPolicy RECKLESS = (now, shortlist) -> {
        for (int i = 0; i < now.accounts().size(); i++) {
            shortlist.add(i);
        }
        return Choice.FREE;
    };

    private final SelectionPolicy layered = new LayeredPolicy(SchedulerSettings.defaults());
    private int calls;
    /** Two policies that take turns. */
    private final SelectionPolicy mixed = (now, shortlist) -> (calls++ % 2 == 0 ? RECKLESS : layered).choose(now, shortlist);

    @Test
    void neverTakesMoreSlotsThanThereAreThoughTwoPoliciesDecide() {
        Rig rig = new Rig(mixed, Rig.account("a", 0, 0, 1, 3, "x"), Rig.account("b", 0, 0, 1, 3, "x"));
        List<AccountLease> leases = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            leases.add(rig.take(Rig.anonymous(i)));
        }

        assertEquals(Map.of(FilterReason.NO_FREE_SLOT, 2), rig.refused(Rig.anonymous(7)).reasons());
        assertTrue(rig.scheduler.accounts().stream().allMatch(account -> account.slots().taken() == 3));
        leases.forEach(AccountLease::close);
        assertTrue(rig.scheduler.accounts().stream().allMatch(account -> account.slots().taken() == 0));
    }

    @Test
    void usesNoAccountThatMayNotServeThoughThePolicyNamesIt() {
        Rig rig = new Rig(RECKLESS, Rig.account("a"), Rig.serving("b", "other"), Rig.account("c"));
        rig.scheduler.control("a", Control.DISABLE);

        assertEquals("c", rig.run(Rig.anonymous(1)));
        assertEquals(Map.of(FilterReason.DISABLED, 1, FilterReason.MODEL_NOT_SERVED, 1, FilterReason.EXCLUDED, 1),
                rig.refused(Rig.request(0, "c")).reasons());
    }
}
