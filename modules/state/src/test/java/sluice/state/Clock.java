package sluice.state;

import java.nio.file.Path;
import java.time.Duration;

/** A clock that moves by hand, and states on it. */
final class Clock {
    private static final long START_EPOCH_MILLIS = 1_767_225_600_000L;

    private volatile long nanos;

    void pass(Duration time) {
        nanos += time.toNanos();
    }

    long epochMillis() {
        return START_EPOCH_MILLIS + nanos / 1_000_000;
    }

    /** In memory, with room for so many sessions and objects. */
    LocalState inMemory(int max) {
        return open(new LocalSettings.Kept.Nowhere(), max);
    }

    /** In a file that is saved when the state is closed. */
    LocalState inFile(Path path) {
        return open(new LocalSettings.Kept.InFile(path, Duration.ofHours(1)), 1_000);
    }

    private LocalState open(LocalSettings.Kept kept, int max) {
        return LocalState.open(new LocalSettings(kept, Duration.ofHours(1), max, Duration.ofDays(30), max), () -> nanos,
                this::epochMillis);
    }
}
