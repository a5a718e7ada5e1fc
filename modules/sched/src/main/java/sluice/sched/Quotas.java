package sluice.sched;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import sluice.api.AccountStatus.Quota;

/**
 * What one account may still use, by window and model. Few windows, an immutable list, changed by compare-and-set. Thread-safe, without a
 * lock.
 */
final class Quotas {
    /** Two windows of a plan, and two rates of as many models as are remembered; the one that renews first makes room. */
    static final int MAX = 64;
    /** Nothing is known. */
    static final double UNKNOWN = 0;
    /** Of a window this much is kept for sessions that live in the account. */
    static final double RESERVE = 0.1;

    private final AtomicReference<List<Quota>> known = new AtomicReference<>(List.of());

    /** Takes in what an answer told. */
    void told(List<Quota> quotas, long nowEpochMillis) {
        if (!quotas.isEmpty()) {
            known.updateAndGet(old -> merged(old, quotas, nowEpochMillis));
        }
    }

    private static List<Quota> merged(List<Quota> old, List<Quota> told, long now) {
        List<Quota> all = new ArrayList<>(told);
        for (Quota quota : old) {
            boolean again = told.stream().anyMatch(one -> one.window().equals(quota.window()) && one.model().equals(quota.model()));
            if (!again && quota.renewsEpochMillis() > now) {
                all.add(quota);
            }
        }
        while (all.size() > MAX) {
            all.remove(all.size() - 1);
        }
        return List.copyOf(all);
    }

    /** All that is known and not renewed since. */
    List<Quota> all(long nowEpochMillis) {
        return known.get().stream().filter(quota -> quota.renewsEpochMillis() > nowEpochMillis).toList();
    }

    boolean isEmpty() {
        return known.get().isEmpty();
    }

    /** Whether only the reserve is left, in a window of the account or of this model. */
    boolean isLow(String model, long nowEpochMillis) {
        for (Quota quota : known.get()) {
            long untilRenewal = quota.renewsEpochMillis() - nowEpochMillis;
            // Shortly before its renewal the reserve would be lost.
            boolean early = quota.lengthMillis() == 0 || quota.left() < (double) untilRenewal / quota.lengthMillis();
            if (quota.left() < RESERVE && untilRenewal > 0 && early && (quota.model().isEmpty() || quota.model().equals(model))) {
                return true;
            }
        }
        return false;
    }

    /**
     * How much more is left than time: 1 if all of it is left and the renewal is due, -1 the other way round, 0 if it is used evenly.
     * The longest window decides, for it is what is paid for; a shorter one counts where it is used too fast.
     */
    double surplus(long nowEpochMillis) {
        double surplus = UNKNOWN;
        long longest = 0;
        double tightest = 0;
        for (Quota quota : known.get()) {
            long untilRenewal = quota.renewsEpochMillis() - nowEpochMillis;
            if (quota.lengthMillis() > 0 && untilRenewal > 0 && quota.model().isEmpty()) {
                double ahead = quota.left() - Math.min(1, (double) untilRenewal / quota.lengthMillis());
                tightest = Math.min(tightest, ahead);
                if (quota.lengthMillis() > longest) {
                    longest = quota.lengthMillis();
                    surplus = ahead;
                }
            }
        }
        return tightest < 0 ? Math.min(surplus, tightest) : surplus;
    }

    void clear() {
        known.set(List.of());
    }
}
