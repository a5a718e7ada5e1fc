package sluice.sched;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import sluice.api.AccountStatus;

/** What is known about parts of one account: its models, or its routes. Bounded. Thread-safe; lookups take no lock. */
final class PartStates {
    /** Clients name models freely, so an account must not remember all that it was asked for. */
    static final int MAX = 64;

    /** One model or route of the account. */
    static final class PartState {
        final FadingMean ttftNanos = new FadingMean();
        final AtomicReference<Condition> condition = new AtomicReference<>(Condition.CLEAR);
        private volatile long usedNanos;
    }

    private final Map<String, PartState> states = new ConcurrentHashMap<>();
    /** Guards insertion, so that the bound holds. Lock "parts". */
    private final Object insertion = new Object();
    /** Saves the lookup while there is nothing to find. */
    private volatile boolean empty = true;
    private static final PartState NOTHING_KNOWN = new PartState();

    /** What is known; a state without samples if nothing is. For reading only. */
    PartState of(String model) {
        if (empty) {
            return NOTHING_KNOWN;
        }
        PartState state = states.get(model);
        return state == null ? NOTHING_KNOWN : state;
    }

    /** The state to record in; the one that was used longest ago makes room. */
    PartState record(String model, long nowNanos) {
        PartState state = states.get(model);
        if (state == null) {
            synchronized (insertion) {
                state = states.get(model);
                if (state == null) {
                    makeRoom(nowNanos);
                    state = new PartState();
                    states.put(model, state);
                    empty = false;
                }
            }
        }
        state.usedNanos = nowNanos;
        return state;
    }

    /** The models that rest after a refusal for too many requests, by name. */
    List<AccountStatus.RestingModel> resting(long nowNanos) {
        if (empty) {
            return List.of();
        }
        List<AccountStatus.RestingModel> resting = new ArrayList<>();
        states.forEach((model, state) -> {
            Condition condition = state.condition.get();
            if (condition.trouble() != Condition.Trouble.UNSERVED && condition.resting(nowNanos)) {
                resting.add(new AccountStatus.RestingModel(model, condition.untilNanos() - nowNanos));
            }
        });
        resting.sort(Comparator.comparing(AccountStatus.RestingModel::model));
        return resting;
    }

    void clear() {
        synchronized (insertion) {
            states.clear();
            empty = true;
        }
    }

    /** What rests is kept longer than what does not, or who names many models would end the rests of others. */
    private void makeRoom(long nowNanos) {
        if (states.size() < MAX) {
            return;
        }
        String oldest = "";
        long oldestNanos = Long.MAX_VALUE;
        for (Map.Entry<String, PartState> entry : states.entrySet()) {
            PartState state = entry.getValue();
            Condition condition = state.condition.get();
            boolean limited = condition.resting(nowNanos) && condition.trouble() != Condition.Trouble.UNSERVED;
            long used = limited ? Long.MAX_VALUE - 1 : state.usedNanos;
            if (used < oldestNanos) {
                oldestNanos = used;
                oldest = entry.getKey();
            }
        }
        states.remove(oldest);
    }
}
