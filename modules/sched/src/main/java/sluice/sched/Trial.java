package sluice.sched;

import sluice.api.Shortlist;

/** What one try to find an account needs. Reused; confined to one thread at a time. */
final class Trial {
    final View view = new View();
    final Shortlist shortlist = new Shortlist();
    final Outlook outlook = new Outlook();
}
