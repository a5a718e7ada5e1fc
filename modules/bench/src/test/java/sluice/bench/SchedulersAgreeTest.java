package sluice.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import sluice.api.AccountLease;
import sluice.api.AccountScheduler;
import sluice.baseline.DecodingFactory;
import sluice.baseline.SortingFactory;
import sluice.sched.LayeredFactory;

class SchedulersAgreeTest {
    @Test
    void chooseTheSameAccountsInTheSameOrder() {
        for (int n : new int[] {1, 2, 5, 7, 8, 20, 100}) {
            AccountScheduler sorting = AccountPools.scheduler(new SortingFactory(), n);
            AccountScheduler decoding = AccountPools.scheduler(new DecodingFactory(), n);
            AccountScheduler layered = AccountPools.scheduler(new LayeredFactory(), n);
            // No slot is given back, so the load of each choice bears on the next.
            for (int i = 0; i < 30 * n; i++) {
                AccountLease before = AccountPools.take(sorting, AccountPools.request(i));
                AccountLease after = AccountPools.take(layered, AccountPools.request(i));
                assertEquals(before.account().name(), after.account().name(), n + " accounts, request " + i);
                assertEquals(before.account().name(), AccountPools.take(decoding, AccountPools.request(i)).account().name());
            }
            decoding.close();
        }
    }
}
