package sluice.sched;

import java.util.ArrayList;
import java.util.List;
import sluice.api.Account;
import sluice.api.Decision;
import sluice.api.Decision.FilterReason;
import sluice.api.SchedulerSettings;
import sluice.api.SelectionPolicy.Shortlist;
import sluice.api.SelectionPolicy.Situation;

/**
 * The accounts that fit one request, side by side as plain numbers. Each account is visited once; the two ranges that scores
 * need are known only after that, so scoring walks over the gathered numbers. Reused; confined to one thread at a time.
 */
final class Lineup {
    private static final double UNKNOWN_TTFT = 0.5;

    private final SchedulerSettings.Weights weights;
    private final TopK top;
    private final double[] keys;
    private final int[] order;
    /** What follows is by place in the line, 0 to size - 1. */
    private int[] positions = new int[0];
    private Account[] accounts = new Account[0];
    private long[] hashes = new long[0];
    private double[] load = new double[0];
    private double[] queue = new double[0];
    private double[] errors = new double[0];
    private double[] ttftNanos = new double[0];
    private double[] certainty = new double[0];
    private double[] surplus = new double[0];
    /** Whether the account is kept for the sessions that live there. */
    private boolean[] kept = new boolean[0];
    private int open;
    private int size;
    private double slowest;
    private double fastest;
    private int lastPriority;
    private int firstPriority;
    private boolean equalWeights;

    Lineup(SchedulerSettings settings) {
        weights = settings.scoring().weights();
        top = new TopK(settings.scoring().topK());
        keys = new double[settings.scoring().topK()];
        order = new int[settings.scoring().topK()];
    }

    /** Visits the accounts, lowest tier first, and stops after the first tier in which one fits. */
    void gather(Situation now) {
        List<Account> all = now.accounts();
        clear(all.size());
        for (int i = 0; i < all.size(); i++) {
            Account account = all.get(i);
            if (size > 0 && account.rank().tier() != accounts[0].rank().tier()) {
                break;
            }
            if (now.fits(i)) {
                admit(now, i, account);
            }
        }
    }

    private void clear(int capacity) {
        if (positions.length < capacity) {
            positions = new int[capacity];
            accounts = new Account[capacity];
            hashes = new long[capacity];
            load = new double[capacity];
            queue = new double[capacity];
            errors = new double[capacity];
            ttftNanos = new double[capacity];
            certainty = new double[capacity];
            surplus = new double[capacity];
            kept = new boolean[capacity];
        }
        size = 0;
        open = 0;
        slowest = 0;
        fastest = Double.MAX_VALUE;
        firstPriority = Integer.MAX_VALUE;
        lastPriority = 0;
        equalWeights = true;
    }

    private void admit(Situation now, int position, Account account) {
        int i = size++;
        positions[i] = position;
        accounts[i] = account;
        hashes[i] = now.nameHash(position);
        double slots = account.rank().concurrency();
        load[i] = 1 - Math.min(now.inFlight(position) / slots, 1);
        queue[i] = 1 - Math.min(now.waiting(position) / slots, 1);
        errors[i] = now.errors(position);
        certainty[i] = now.ttftCertainty(position);
        ttftNanos[i] = now.ttftNanos(position);
        surplus[i] = now.quotaSurplus(position);
        kept[i] = now.quotaLow(position);
        open += kept[i] ? 0 : 1;
        if (certainty[i] > 0) {
            slowest = Math.max(slowest, ttftNanos[i]);
            fastest = Math.min(fastest, ttftNanos[i]);
        }
        firstPriority = Math.min(firstPriority, account.rank().priority());
        lastPriority = Math.max(lastPriority, account.rank().priority());
        equalWeights &= account.rank().weight() == accounts[0].rank().weight();
    }

    /** Puts those that fit on the list: the K best, by a weighted draw. */
    void rank(long seed, Shortlist shortlist) {
        rankWithout(-1, seed, shortlist);
    }

    /** As {@link #rank}, without the one at a place. */
    void rankWithout(int left, long seed, Shortlist shortlist) {
        top.clear();
        for (int i = 0; i < size; i++) {
            // What is nearly used up is for those who live there, as long as there is another.
            if (i == left || kept[i] && open > 0) {
                continue;
            }
            double score = score(i);
            if (top.wants(score)) {
                top.offer(i, score, WeightedDraw.key(seed, hashes[i], equalWeights ? 1 : accounts[i].rank().weight()));
            }
        }
        top.sort();
        int ranked = top.size();
        double least = ranked == 0 ? 0 : top.score(ranked - 1);
        for (int rank = 0; rank < ranked; rank++) {
            int i = top.position(rank);
            double key = WeightedDraw.key(seed, hashes[i], accounts[i].rank().weight() * (top.score(rank) - least + 1));
            int at = rank;
            for (; at > 0 && keys[at - 1] > key; at--) {
                keys[at] = keys[at - 1];
                order[at] = order[at - 1];
            }
            keys[at] = key;
            order[at] = i;
        }
        for (int rank = 0; rank < ranked; rank++) {
            shortlist.add(positions[order[rank]]);
        }
    }

    /** How many fit. */
    int size() {
        return size;
    }

    /** The tier of those that fit; only if there is one. */
    int tier() {
        return accounts[0].rank().tier();
    }

    double errors(int place) {
        return errors[place];
    }

    /** 0 if unknown. */
    double ttftMillis(int place) {
        return ttftNanos[place] / 1e6;
    }

    /** The place of the account at a position, among those that fit; -1 if it is not one. */
    int placeOf(int position) {
        for (int i = 0; i < size; i++) {
            if (positions[i] == position) {
                return i;
            }
        }
        return -1;
    }

    /** Every account with its terms, or the reason it was ruled out; after {@link #gather}. */
    List<Decision.Candidate> candidates(Situation now) {
        List<Decision.Candidate> all = new ArrayList<>();
        for (int position = 0; position < now.accounts().size(); position++) {
            String name = now.accounts().get(position).name();
            int i = placeOf(position);
            if (i >= 0) {
                Decision.Terms terms = terms(i);
                all.add(new Decision.Candidate.Fit(name, terms.sum(), terms));
            } else {
                all.add(new Decision.Candidate.RuledOut(name,
                        now.fits(position) ? FilterReason.HIGHER_TIER : now.reason(position)));
            }
        }
        return all;
    }

    private Decision.Terms terms(int i) {
        return new Decision.Terms(priorityTerm(i), weights.load() * load[i], weights.queue() * queue[i],
                weights.errors() * (1 - errors[i]), ttftTerm(i), quotaTerm(i));
    }

    private double score(int i) {
        return priorityTerm(i) + weights.load() * load[i] + weights.queue() * queue[i] + weights.errors() * (1 - errors[i])
                + ttftTerm(i) + quotaTerm(i);
    }

    private double priorityTerm(int i) {
        int range = lastPriority - firstPriority;
        double term = range == 0 ? 1 : 1 - (double) (accounts[i].rank().priority() - firstPriority) / range;
        return weights.priority() * term;
    }

    private double quotaTerm(int i) {
        return weights.quota() * (1 + surplus[i]) / 2;
    }

    /** The fainter a mean, the closer to unknown. A range of one value tells nothing. */
    private double ttftTerm(int i) {
        double range = slowest - fastest;
        double term = certainty[i] == 0 || range <= 0 ? UNKNOWN_TTFT
                : UNKNOWN_TTFT + certainty[i] * (1 - (ttftNanos[i] - fastest) / range - UNKNOWN_TTFT);
        return weights.ttft() * term;
    }
}
