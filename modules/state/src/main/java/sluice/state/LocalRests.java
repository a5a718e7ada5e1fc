package sluice.state;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import sluice.api.SharedState.Rest;
import sluice.api.SharedState.Rests;

/** Rests in memory. Thread-safe. */
final class LocalRests implements Rests {
    /** Those that are over are dropped when this many are known; beyond it nothing more is remembered. */
    private static final int MAX = 10_000;

    private record Key(String account, Rest.Part part) { }

    private final Map<Key, Rest> rests = new ConcurrentHashMap<>();
    private final LongSupplier epochMillis;

    LocalRests(LongSupplier epochMillis) {
        this.epochMillis = epochMillis;
    }

    @Override
    public void began(Rest rest) {
        Key key = new Key(rest.account(), rest.part());
        if (rests.size() >= MAX && !rests.containsKey(key)) {
            rests.values().removeIf(this::over);
        }
        if (rests.size() < MAX) {
            rests.put(key, rest);
        }
    }

    @Override
    public void ended(String account, Rest.Part part) {
        rests.remove(new Key(account, part));
    }

    @Override
    public List<Rest> all() {
        return rests.values().stream().filter(rest -> !over(rest)).toList();
    }

    /** Those for the file: what a client called a model that is not served is nobody's business later. */
    void each(Consumer<StateFile.Resting> receiver) {
        all().stream().filter(rest -> rest.why() != Rest.Why.UNSERVED).map(StateFile.Resting::new).forEach(receiver);
    }

    private boolean over(Rest rest) {
        return rest.untilEpochMillis() <= epochMillis.getAsLong();
    }
}
