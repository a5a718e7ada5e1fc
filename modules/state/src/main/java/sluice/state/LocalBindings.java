package sluice.state;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import sluice.api.SharedState.Bindings;
import sluice.api.SharedState.Home;

/** Where sessions live, in a bounded cache. Thread-safe. */
final class LocalBindings implements Bindings {
    private final Cache<Long, Home> sessions;

    LocalBindings(Duration ttl, int max, LongSupplier nanoClock) {
        // Upkeep on the caller's thread is a few dozen map operations; a pool would be one more thing to shut down.
        sessions = Caffeine.newBuilder().maximumSize(max).expireAfter(Expiry.<Long, Home>accessing((key, value) -> ttl))
                .ticker(nanoClock::getAsLong).executor(Runnable::run).build();
    }

    @Override
    public Home find(long sessionKey) {
        Home binding = sessions.getIfPresent(sessionKey);
        return binding == null ? Home.NONE : binding;
    }

    @Override
    public Home move(long sessionKey, Home from, Home to) {
        return sessions.asMap().compute(sessionKey, (key, now) ->
                (now == null ? Home.NONE : now).account().equals(from.account()) ? to : now);
    }

    /** All, with how long each is still remembered. */
    void each(Consumer<StateFile.Session> receiver) {
        sessions.asMap().forEach((key, binding) -> receiver.accept(new StateFile.Session(key, left(key), binding)));
    }

    /** Takes in what was kept, unless the session has been used here since: what was used last lasts longest. */
    void restore(StateFile.Session session, Duration left) {
        if (left.isPositive() && left.toMillis() > left(session.key())) {
            sessions.policy().expireVariably().ifPresent(policy -> policy.put(session.key(), session.binding(), left));
        }
    }

    private long left(Long key) {
        return sessions.policy().expireVariably().flatMap(policy -> policy.getExpiresAfter(key)).map(Duration::toMillis).orElse(0L);
    }
}
