package sluice.sched;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import sluice.api.AccountStatus;

/** What is known about the models of one account. Bounded. Thread-safe; lookups take no lock. */
final class ModelStates {
    /** Clients name models freely, so an account must not remember all that it was asked for. */
    static final int MAX_MODELS = 64;

    /** One model of the account. */
    static final class ModelState {
        final FadingMean ttftNanos = new FadingMean();
        final AtomicReference<Condition> condition = new AtomicReference<>(Condition.CLEAR);
        private volatile long usedNanos;
    }

    private final Map<String, ModelState> states = new ConcurrentHashMap<>();
    /** Guards insertion, so that the bound holds. Lock "models". */
    private final Object insertion = new Object();
    /** Saves the lookup while there is nothing to find. */
    private volatile boolean empty = true;
    private static final ModelState NOTHING_KNOWN = new ModelState();

    /** What is known; a state without samples if nothing is. For reading only. */
    ModelState of(String model) {
        if (empty) {
            return NOTHING_KNOWN;
        }
        ModelState state = states.get(model);
        return state == null ? NOTHING_KNOWN : state;
    }

    /** The state to record in; the one that was used longest ago makes room. */
    ModelState record(String model, long nowNanos) {
        ModelState state = states.get(model);
        if (state == null) {
            synchronized (insertion) {
                state = states.get(model);
                if (state == null) {
                    makeRoom();
                    state = new ModelState();
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
            if (condition.trouble() == Condition.Trouble.COOLING && condition.resting(nowNanos)) {
                resting.add(new AccountStatus.RestingModel(model, condition.untilNanos() - nowNanos));
            }
        });
        resting.sort(Comparator.comparing(AccountStatus.RestingModel::model));
        return resting;
    }

    int size() {
        return states.size();
    }

    void clear() {
        synchronized (insertion) {
            states.clear();
            empty = true;
        }
    }

    private void makeRoom() {
        if (states.size() < MAX_MODELS) {
            return;
        }
        String oldest = "";
        long oldestNanos = Long.MAX_VALUE;
        for (Map.Entry<String, ModelState> entry : states.entrySet()) {
            if (entry.getValue().usedNanos < oldestNanos) {
                oldestNanos = entry.getValue().usedNanos;
                oldest = entry.getKey();
            }
        }
        states.remove(oldest);
    }
}
