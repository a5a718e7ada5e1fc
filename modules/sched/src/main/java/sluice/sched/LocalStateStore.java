package sluice.sched;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import sluice.api.Binding;
import sluice.api.StateStore;

/** Bindings and owners in this process, in two bounded caches. Thread-safe; saving takes no lock. */
final class LocalStateStore implements StateStore {
    /** A response takes two entries: where it lives, and who made it. */
    private static final int OWNER_ENTRIES_PER_RESPONSE = 2;

    private final LongSupplier epochMillis;
    private final Cache<Long, Binding> sessions;
    private final Cache<Long, String> owners;

    LocalStateStore(Duration ttl, int maxEntries, LongSupplier nanoClock, LongSupplier epochMillis) {
        this.epochMillis = epochMillis;
        sessions = cache(ttl, maxEntries, nanoClock);
        owners = cache(ttl, (long) OWNER_ENTRIES_PER_RESPONSE * maxEntries, nanoClock);
    }

    private static <V> Cache<Long, V> cache(Duration ttl, long maxEntries, LongSupplier nanoClock) {
        // Upkeep on the caller's thread is a few dozen map operations; a pool would be one more thing to shut down.
        return Caffeine.newBuilder().maximumSize(maxEntries).expireAfter(Expiry.<Long, V>accessing((key, value) -> ttl))
                .ticker(nanoClock::getAsLong).executor(Runnable::run).build();
    }

    @Override
    public Optional<Binding> session(long sessionKey) {
        return Optional.ofNullable(sessions.getIfPresent(sessionKey));
    }

    @Override
    public void bindSession(long sessionKey, Binding binding) {
        sessions.put(sessionKey, binding);
    }

    @Override
    public Optional<String> owner(long ownerKey) {
        return Optional.ofNullable(owners.getIfPresent(ownerKey));
    }

    /** Looking it up renews it too, and takes no lock; most are told twice, when the answer begins and when it has ended. */
    @Override
    public void own(long ownerKey, String account) {
        if (!account.equals(owners.getIfPresent(ownerKey))) {
            owners.put(ownerKey, account);
        }
    }

    @Override
    public void save(Path file) throws IOException {
        List<StateFile.Entry> entries = new ArrayList<>();
        sessions.asMap().forEach((key, binding) -> entries.add(new StateFile.Session(key, left(sessions, key), binding)));
        owners.asMap().forEach((key, account) -> entries.add(new StateFile.Owner(key, left(owners, key), account)));
        StateFile.write(file, epochMillis.getAsLong(), entries);
    }

    @Override
    public void restore(Path file) throws IOException {
        long now = epochMillis.getAsLong();
        StateFile.read(file, (savedEpochMillis, entry) -> {
            // A clock that was set back must not make entries last longer than when they were saved.
            Duration left = Duration.ofMillis(entry.leftMillis() - Math.max(0, now - savedEpochMillis));
            if (left.isPositive()) {
                switch (entry) {
                    case StateFile.Session session -> put(sessions, session.key(), session.binding(), left);
                    case StateFile.Owner owner -> put(owners, owner.key(), owner.account(), left);
                }
            }
        });
    }

    @Override
    public void close() {
        sessions.invalidateAll();
        owners.invalidateAll();
    }

    private static long left(Cache<Long, ?> cache, Long key) {
        return cache.policy().expireVariably().flatMap(policy -> policy.getExpiresAfter(key)).map(Duration::toMillis).orElse(0L);
    }

    private static <V> void put(Cache<Long, V> cache, long key, V value, Duration left) {
        cache.policy().expireVariably().ifPresent(policy -> policy.putIfAbsent(key, value, left));
    }
}
