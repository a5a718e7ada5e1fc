package sluice.clients;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What has ended since a {@link SpendingFile} was written last. Confined to its writer. */
final class SpendingBatch {
    /** For a change that belongs to no request under way. */
    static final SpendingLine.Ended NO_REQUEST = new SpendingLine.Ended("", 0);

    /** A request that has ended, or a change without one. */
    record Ended(int slot, SpendingLine.Ended request, SpendingChange change) { }

    private final List<Ended> all = new ArrayList<>();
    private final List<SpendingLine.Ended> requests = new ArrayList<>();
    private final Map<Allowance, Map<Long, Long>> charges = new LinkedHashMap<>();
    private final List<String> pending = new ArrayList<>();
    private boolean applied;

    void add(Ended one) {
        all.add(one);
        if (one.request().ticket() != 0) {
            requests.add(one.request());
        }
        switch (one.change()) {
            case SpendingChange.Nothing nothing -> { }
            case SpendingChange.Charged charged -> charge(charged);
            case SpendingChange.Began(Pending work) -> pending.add(SpendingLine.began(work));
            case SpendingChange.Settled(Pending work, SpendingChange.Charged charged) -> {
                pending.add(SpendingLine.done(work));
                charge(charged);
            }
        }
    }

    private void charge(SpendingChange.Charged charged) {
        if (charged.nanoDollars() != 0) {
            charged.who().forEach(allowance -> charges.computeIfAbsent(allowance, any -> new LinkedHashMap<>())
                    .merge(charged.day(), charged.nanoDollars(), Spending::sum));
        }
    }

    /** It is part of what its writer knows. */
    void applied() {
        applied = true;
    }

    boolean isApplied() {
        return applied;
    }

    /** All of it, in order. */
    List<Ended> all() {
        return all;
    }

    /** The requests among it. */
    List<SpendingLine.Ended> requests() {
        return requests;
    }

    /** Who pays how much for which day. */
    Map<Allowance, Map<Long, Long>> charges() {
        return charges;
    }

    /** Background work that began or is done, as words of a line. */
    List<String> pending() {
        return pending;
    }
}
