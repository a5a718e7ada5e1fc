package sluice.state;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import sluice.api.SessionKeys;
import sluice.api.SharedState;
import sluice.api.SharedState.Bindings;
import sluice.api.SharedState.Counters;
import sluice.api.SharedState.Owners;
import sluice.api.SharedState.Rests;

/** State in this process, kept in a file if there is a path. Thread-safe. */
final class LocalState implements SharedState {
    /** By whom the file is written: here, and by another process. */
    private record Sharing(OtherProcess other, List<AutoCloseable> writers) { }

    private final SessionKeys keys;
    private final LocalBindings bindings;
    private final LocalOwners owners;
    private final LocalRests rests;
    private final LocalCounters counters;
    private final List<AutoCloseable> writers;

    private LocalState(LocalSettings settings, SessionKeys keys, LocalCounters counters, Sharing sharing, LongSupplier nanoClock,
            LongSupplier epochMillis) {
        this.keys = keys;
        this.counters = counters;
        writers = sharing.writers();
        bindings = new LocalBindings(settings.sessionTtl(), settings.maxSessions(), nanoClock);
        owners = new LocalOwners(keys, settings.maxOwners(), settings.ownerTtl(), epochMillis, sharing.other());
        rests = new LocalRests(epochMillis);
    }

    /** A state, with what a former process kept. */
    static LocalState open(LocalSettings settings, LongSupplier nanoClock, LongSupplier epochMillis) {
        return switch (settings.file()) {
            case LocalSettings.Kept.Nowhere _ -> new LocalState(settings, SessionKeys.random(),
                    new LocalCounters(epochMillis, sum -> { }), new Sharing(OtherProcess.NONE, List.of()), nanoClock, epochMillis);
            case LocalSettings.Kept.InFile(Path path, Duration saveEvery) ->
                    kept(settings, path, saveEvery, nanoClock, epochMillis);
        };
    }

    private static LocalState kept(LocalSettings settings, Path path, Duration saveEvery, LongSupplier nanoClock,
            LongSupplier epochMillis) {
        SharedFile file = new SharedFile(path);
        SessionKeys keys = StateFile.secret(path).map(secret -> new SessionKeys(secret.k0(), secret.k1())).orElseGet(SessionKeys::random);
        Journal journal = new Journal(path);
        LocalCounters counters = new LocalCounters(epochMillis, journal::changed);
        Sharing sharing = new Sharing(OtherProcess.of(file::hasChanged, epochMillis), new ArrayList<>());
        LocalState state = new LocalState(settings, keys, counters, sharing, nanoClock, epochMillis);
        // Each as it is read: however many there are, no more are held than may be remembered.
        file.takeIn((saved, entry) -> state.restore(entry, Math.max(0, epochMillis.getAsLong() - saved)));
        try {
            journal.restore(counters::restore);
        } catch (IOException e) {
            System.getLogger("sluice.state").log(System.Logger.Level.ERROR, "state.path: sums cannot be read: " + e);
        }
        StateSaver saver = new StateSaver(state.saving(file, journal, sharing.other(), epochMillis), sharing.other(), saveEvery.toNanos());
        journal.start();
        saver.start();
        // The journal's last lines are in its file before the last save, which makes them needless.
        sharing.writers().add(journal);
        sharing.writers().add(saver);
        return state;
    }

    private void restore(StateFile.Entry entry, long ageMillis) {
        switch (entry) {
            case StateFile.Secret _ -> { }
            case StateFile.Session session -> bindings.restore(session, Duration.ofMillis(session.leftMillis() - ageMillis));
            case StateFile.Owner owner -> owners.restore(owner);
            case StateFile.Resting resting -> rests.began(resting.rest());
            case StateFile.Counter counter -> counters.restore(counter);
        }
    }

    private StateSaver.Saving saving(SharedFile file, Journal journal, OtherProcess other, LongSupplier epochMillis) {
        return () -> {
            long begun = journal.begin();
            long now = epochMillis.getAsLong();
            OfAnother taken = new OfAnother(now);
            file.exchange(taken, now, LocalState.this::writeTo);
            taken.tell(other);
            journal.forgetBefore(begun);
        };
    }

    private void writeTo(Consumer<StateFile.Entry> receiver) {
        receiver.accept(new StateFile.Secret(keys.k0(), keys.k1()));
        bindings.each(receiver::accept);
        owners.each(receiver::accept);
        rests.each(receiver::accept);
        counters.each(receiver::accept);
    }

    /**
     * Takes in what another process has saved meanwhile. Not rests: which accounts rest this process has learnt itself, and what it
     * knows to be over must not come back.
     */
    private final class OfAnother implements StateFile.Reader {
        private final long nowEpochMillis;
        /** Without the same secret the hashes of the other mean nothing here. */
        private boolean understood;
        private long savedEpochMillis = Long.MIN_VALUE;

        OfAnother(long nowEpochMillis) {
            this.nowEpochMillis = nowEpochMillis;
        }

        @Override
        public void entry(long saved, StateFile.Entry entry) {
            savedEpochMillis = saved;
            if (entry instanceof StateFile.Secret(long k0, long k1)) {
                understood = k0 == keys.k0() && k1 == keys.k1();
            } else if (understood && !(entry instanceof StateFile.Resting)) {
                restore(entry, Math.max(0, nowEpochMillis - saved));
            }
        }

        void tell(OtherProcess other) {
            if (savedEpochMillis != Long.MIN_VALUE) {
                other.told(savedEpochMillis);
            }
        }
    }

    @Override
    public SessionKeys keys() {
        return keys;
    }

    @Override
    public Bindings bindings() {
        return bindings;
    }

    @Override
    public Owners owners() {
        return owners;
    }

    @Override
    public Rests rests() {
        return rests;
    }

    @Override
    public Counters counters() {
        return counters;
    }

    @Override
    public void close() {
        for (AutoCloseable writer : writers) {
            try {
                writer.close();
            } catch (Exception e) {
                throw new IllegalStateException(e); // neither of them throws
            }
        }
    }
}
