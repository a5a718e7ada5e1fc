package sluice.sse;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import sluice.api.ModelNames;
import sluice.api.RelayOptions;
import sluice.api.RelayOptions.Commit;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.Sweeper;

/** Builds the options of one test from those of DESIGN §6. */
final class Options {
    private final RelayOptions base;
    private int bufferBytes;
    private int maxEventBytes;
    private Commit commit;
    private int holdBytes;
    private Duration firstOutput;
    private Duration afterTerminal;
    private Duration drain = Duration.ZERO;
    private long drainBytes;
    private ModelNames model = ModelNames.SAME;
    private Predicate<StreamError> refusable = error -> true;
    private LongSupplier nanoClock = () -> 1;

    Options(Sweeper sweeper) {
        base = RelayOptions.defaults(sweeper);
        bufferBytes = base.bufferBytes();
        maxEventBytes = base.maxEventBytes();
        commit = base.commit();
        holdBytes = base.holdBytes();
        firstOutput = base.firstOutput();
        afterTerminal = base.afterTerminal();
    }

    Options buffer(int bytes) {
        bufferBytes = bytes;
        return this;
    }

    Options maxEvent(int bytes) {
        maxEventBytes = bytes;
        return this;
    }

    Options firstOutputCommits(int mostHeldBytes) {
        commit = Commit.FIRST_OUTPUT;
        holdBytes = mostHeldBytes;
        return this;
    }

    Options firstOutputWithin(Duration limit) {
        firstOutput = limit;
        return this;
    }

    Options afterTerminal(Duration limit) {
        afterTerminal = limit;
        return this;
    }

    Options drain(Duration limit, long bytes) {
        drain = limit;
        drainBytes = bytes;
        return this;
    }

    Options model(String upstream, String client) {
        model = new ModelNames(upstream, client);
        return this;
    }

    Options refusable(Predicate<StreamError> which) {
        refusable = which;
        return this;
    }

    Options clock(LongSupplier nanos) {
        nanoClock = nanos;
        return this;
    }

    RelayOptions build() {
        return new RelayOptions(bufferBytes, maxEventBytes, commit, holdBytes, base.hold(), firstOutput, afterTerminal, drain,
                drainBytes, model, refusable, base.sweeper(), nanoClock, () -> 1_760_000_000_000L);
    }
}
