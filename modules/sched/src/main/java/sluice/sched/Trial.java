package sluice.sched;

import java.util.function.LongSupplier;
import sluice.api.SelectionPolicy.Shortlist;

/** What one try to find an account needs. Reused; confined to one thread at a time. */
final class Trial {
    final View view;
    final Shortlist shortlist = new Shortlist();
    final Outlook outlook = new Outlook();

    Trial(LongSupplier epochMillis) {
        view = new View(epochMillis);
    }
}
