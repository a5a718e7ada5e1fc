package sluice.sched;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sluice.api.Decision;
import sluice.api.SchedulerSettings;
import sluice.api.Selection.FilterReason;

/**
 * The accounts that fit one request, side by side as plain numbers. Each account is visited once; the two ranges that scores
 * need are known only after that, so scoring walks over the gathered numbers. Reused; confined to one thread at a time.
 */
final class Lineup {
    private static final double UNKNOWN_TTFT = 0.5;

    private final SchedulerSettings.Weights weights;
    private final TopK top;
    private final double[] keys;
    private final int[] reasonCounts = new int[FilterReason.values().length];
    private Member[] members = new Member[0];
    private double[] load = new double[0];
    private double[] queue = new double[0];
    private double[] errors = new double[0];
    private double[] ttftNanos = new double[0];
    private double[] freshness = new double[0];
    private int size;
    private int ranked;
    private int[] order;
    private double slowest;
    private double fastest;
    private int lastPriority;
    private int firstPriority;
    private boolean equalWeights;
    private int full;
    private int probed;
    private long patientUntilNanos;
    private long soonestFitNanos;
    private long soonestEndNanos;

    Lineup(int topK, SchedulerSettings.Weights weights) {
        this.weights = weights;
        top = new TopK(topK);
        keys = new double[topK];
        order = new int[topK];
    }

    /** Visits the accounts, lowest tier first, and stops after the first tier in which one fits. */
    void gather(Fleet fleet, Wish wish, long nowNanos) {
        clear(fleet.size());
        int count = fleet.size();
        for (int i = 0; i < count; i++) {
            Member member = fleet.at(i);
            if (size > 0 && member.tier != members[0].tier) {
                break;
            }
            visit(member, wish, nowNanos);
        }
    }

    /** Visits one account only. */
    void gatherOnly(Member member, Wish wish, long nowNanos) {
        clear(1);
        visit(member, wish, nowNanos);
    }

    private void clear(int capacity) {
        if (members.length < capacity) {
            members = new Member[capacity];
            load = new double[capacity];
            queue = new double[capacity];
            errors = new double[capacity];
            ttftNanos = new double[capacity];
            freshness = new double[capacity];
        }
        Arrays.fill(reasonCounts, 0);
        size = 0;
        ranked = 0;
        full = 0;
        probed = 0;
        soonestFitNanos = Long.MAX_VALUE;
        soonestEndNanos = Long.MAX_VALUE;
        slowest = 0;
        fastest = Double.MAX_VALUE;
        firstPriority = Integer.MAX_VALUE;
        lastPriority = 0;
        equalWeights = true;
    }

    private void visit(Member member, Wish wish, long nowNanos) {
        int code = Eligibility.check(member, wish, nowNanos);
        if (code == Eligibility.FITS) {
            admit(member, wish, nowNanos);
        } else {
            ruleOut(member, wish, code, nowNanos);
        }
    }

    private void ruleOut(Member member, Wish wish, int code, long nowNanos) {
        reasonCounts[code]++;
        switch (Eligibility.reason(code)) {
            case NO_FREE_SLOT -> full++;
            case COOLING_DOWN, BREAKER_OPEN, UNAUTHORIZED -> {
                long end = Eligibility.restEndNanos(member, wish, nowNanos);
                boolean tried = Eligibility.excluded(member, wish);
                if (end == 0) {
                    probed += tried ? 0 : 1;
                    return;
                }
                soonestEndNanos = Math.min(soonestEndNanos, end);
                // A refused key is not worth a wait: it seldom heals by itself.
                if (!tried && code != FilterReason.UNAUTHORIZED.ordinal()) {
                    soonestFitNanos = Math.min(soonestFitNanos, end);
                }
            }
            case EXCLUDED, DISABLED, MODEL_NOT_SERVED, TRANSPORT_NOT_OFFERED, OTHER_ORGANIZATION, QUEUE_FULL, HIGHER_TIER -> { }
        }
    }

    private void admit(Member member, Wish wish, long nowNanos) {
        int i = size++;
        AccountState state = member.state;
        members[i] = member;
        load[i] = 1 - Math.min((double) state.inFlight() / member.concurrency, 1);
        queue[i] = 1 - Math.min((double) state.waiting.get() / member.concurrency, 1);
        long cell = state.errors.read();
        errors[i] = FadingMean.mean(cell) * FadingMean.freshness(cell, nowNanos);
        cell = ttftCell(member, wish, nowNanos);
        freshness[i] = FadingMean.freshness(cell, nowNanos);
        ttftNanos[i] = freshness[i] == 0 ? 0 : FadingMean.mean(cell);
        if (freshness[i] > 0) {
            slowest = Math.max(slowest, ttftNanos[i]);
            fastest = Math.min(fastest, ttftNanos[i]);
        }
        int priority = member.account.priority();
        firstPriority = Math.min(firstPriority, priority);
        lastPriority = Math.max(lastPriority, priority);
        equalWeights &= member.account.weight() == members[0].account.weight();
    }

    /** The model's own speed where it is known, otherwise the account's. */
    static long ttftCell(Member member, Wish wish, long nowNanos) {
        long cell = member.state.models.of(wish.request().model()).ttftNanos.read();
        return FadingMean.freshness(cell, nowNanos) > 0 ? cell : member.state.ttftNanos.read();
    }

    /** Orders those that fit: the K best by a weighted draw, then the rest as they come. */
    void rank(long seed) {
        rankWithout(-1, seed);
    }

    /** As {@link #rank}, without one account. */
    void rankWithout(int left, long seed) {
        top.clear();
        for (int i = 0; i < size; i++) {
            if (i == left) {
                continue;
            }
            double score = score(i);
            if (top.wants(score)) {
                top.offer(i, score, WeightedDraw.key(seed, members[i].hash, equalWeights ? 1 : members[i].account.weight()));
            }
        }
        top.sort();
        ranked = top.size();
        double least = ranked == 0 ? 0 : top.score(ranked - 1);
        for (int rank = 0; rank < ranked; rank++) {
            int i = top.position(rank);
            double key = WeightedDraw.key(seed, members[i].hash, members[i].account.weight() * (top.score(rank) - least + 1));
            int at = rank;
            for (; at > 0 && keys[at - 1] > key; at--) {
                keys[at] = keys[at - 1];
                order[at] = order[at - 1];
            }
            keys[at] = key;
            order[at] = i;
        }
    }

    /** Leaves one account only; -1: none. */
    void prefer(int index) {
        ranked = index < 0 ? 0 : 1;
        order[0] = index;
    }

    /** How many are to be tried in order. */
    int ranked() {
        return ranked;
    }

    Member ranked(int rank) {
        return members[order[rank]];
    }

    /** How many fit. */
    int size() {
        return size;
    }

    Member member(int index) {
        return members[index];
    }

    double errors(int index) {
        return errors[index];
    }

    /** 0 if unknown. */
    double ttftMillis(int index) {
        return ttftNanos[index] / 1e6;
    }

    /** The place of an account among those that fit; -1 if it is not one. */
    int indexOf(Member member) {
        for (int i = 0; i < size; i++) {
            if (members[i] == member) {
                return i;
            }
        }
        return -1;
    }

    /** Until when the request is to wait for its session's account; 0: any account will do. */
    long patientUntilNanos() {
        return patientUntilNanos;
    }

    void patientUntil(long nanos) {
        patientUntilNanos = nanos;
    }

    /** Whether an account may become free at any moment. */
    boolean someBusy() {
        return full + probed > 0;
    }

    /** The end of the soonest rest that is worth a wait; {@link Long#MAX_VALUE} if there is none. */
    long soonestFitNanos() {
        return soonestFitNanos;
    }

    /** The end of the soonest rest; {@link Long#MAX_VALUE} if there is none. */
    long soonestEndNanos() {
        return soonestEndNanos;
    }

    Map<FilterReason, Integer> reasons() {
        Map<FilterReason, Integer> reasons = new EnumMap<>(FilterReason.class);
        for (int code = 0; code < reasonCounts.length; code++) {
            if (reasonCounts[code] > 0) {
                reasons.put(Eligibility.reason(code), reasonCounts[code]);
            }
        }
        return reasons;
    }

    /** Every account of {@code configured} with its terms or the reason it was ruled out, after {@link #gather}. */
    List<Decision.Candidate> candidates(List<Member> configured, Wish wish, long nowNanos) {
        List<Decision.Candidate> all = new ArrayList<>();
        for (Member member : configured) {
            int i = indexOf(member);
            if (i >= 0) {
                all.add(new Decision.Candidate(member.name, Optional.empty(), score(i), priorityTerm(i), weights.load() * load[i],
                        weights.queue() * queue[i], weights.errors() * (1 - errors[i]), ttftTerm(i)));
            } else {
                int code = Eligibility.check(member, wish, nowNanos);
                FilterReason reason = code == Eligibility.FITS ? FilterReason.HIGHER_TIER : Eligibility.reason(code);
                all.add(new Decision.Candidate(member.name, Optional.of(reason), 0, 0, 0, 0, 0, 0));
            }
        }
        return all;
    }

    private double score(int i) {
        return priorityTerm(i) + weights.load() * load[i] + weights.queue() * queue[i] + weights.errors() * (1 - errors[i])
                + ttftTerm(i);
    }

    private double priorityTerm(int i) {
        int range = lastPriority - firstPriority;
        double term = range == 0 ? 1 : 1 - (double) (members[i].account.priority() - firstPriority) / range;
        return weights.priority() * term;
    }

    /** The fainter a mean, the closer to unknown. A range of one value tells nothing. */
    private double ttftTerm(int i) {
        double range = slowest - fastest;
        double term = freshness[i] == 0 || range <= 0 ? UNKNOWN_TTFT
                : UNKNOWN_TTFT + freshness[i] * (1 - (ttftNanos[i] - fastest) / range - UNKNOWN_TTFT);
        return weights.ttft() * term;
    }
}
