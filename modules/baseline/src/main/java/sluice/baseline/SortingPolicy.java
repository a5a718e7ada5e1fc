package sluice.baseline;

import java.util.ArrayList;
import java.util.List;
import sluice.api.Account;
import sluice.api.Decision;
import sluice.api.Decision.FilterReason;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionPolicy;
import sluice.api.SelectionPolicy.Choice;
import sluice.api.SelectionPolicy.Shortlist;
import sluice.api.SelectionPolicy.Situation;

/**
 * Scores the accounts that fit in further passes, sorts all of them, and lets a session wait for its busy account. It knows no price
 * and no tier. Thread-safe.
 */
final class SortingPolicy implements SelectionPolicy {
    private final SchedulerSettings settings;
    private final AccountList list;
    private volatile List<Account> stored = List.of();

    SortingPolicy(SchedulerSettings settings, AccountList list) {
        this.settings = settings;
        this.list = list;
    }

    @Override
    public Choice choose(Situation now, Shortlist shortlist) {
        List<Account> accounts = accounts(now);
        int home = now.owner() >= 0 ? now.owner() : now.home();
        if (home >= 0) {
            if (now.fits(home)) {
                shortlist.add(home);
                return at(now);
            }
            if (now.owner() >= 0) {
                return Choice.OWNER;
            }
            if (now.reason(home) == FilterReason.NO_FREE_SLOT && now.patient()) {
                return Choice.patient(Long.MAX_VALUE, stickiness(now, false));
            }
        }
        List<SortedCandidates.Facts> fitting = new ArrayList<>();
        for (int i = 0; i < accounts.size(); i++) {
            if (now.fits(i)) {
                fitting.add(new SortedCandidates.Facts(accounts.get(i), now.nameHash(i), now.inFlight(i), now.errors(i),
                        now.ttftNanos(i)));
            }
        }
        long seed = now.request().sessionKey() != 0 ? now.request().sessionKey() : now.request().seed();
        for (Account account : SortedCandidates.order(fitting, settings.scoring().weights(), settings.scoring().topK(), seed)) {
            shortlist.add(accounts.indexOf(account));
        }
        return now.binding().isBound() ? Choice.leave(true, stickiness(now, true)) : Choice.FREE;
    }

    @Override
    public Choice granted(Situation now, int position) {
        return position == now.owner() ? Choice.OWNER : position == now.home() ? at(now) : Choice.FREE;
    }

    private static Choice at(Situation now) {
        return now.owner() >= 0 ? Choice.OWNER : Choice.stay(stickiness(now, false));
    }

    private static Decision.Stickiness stickiness(Situation now, boolean left) {
        return new Decision.Stickiness(now.binding().account(), 0, 0, left, left ? "it does not fit" : "it is there");
    }

    /** Reads the list, which is written anew when the accounts have changed. */
    private List<Account> accounts(Situation now) {
        if (stored != now.accounts()) {
            synchronized (this) {
                if (stored != now.accounts()) {
                    list.replace(now.accounts());
                    stored = now.accounts();
                }
            }
        }
        return list.read();
    }
}
