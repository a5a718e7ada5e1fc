package sluice.sse;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import sluice.api.GatewayError;
import sluice.api.RelayOptions;
import sluice.api.RelayOptions.Commit;
import sluice.api.RelayOptions.Ending;
import sluice.api.RelayOutcome.StreamError;
import sluice.api.Sweeper;

/** Builds the options of one test from the defaults. */
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
    private RelayOptions.Names model = RelayOptions.Names.SAME;
    private Predicate<StreamError> mayMoveOn = error -> true;
    private LongSupplier nanoClock = () -> 1;
    private Ending ending = Ending.TERMINAL_EVENT;
    private Supplier<Optional<GatewayError>> cancelled = Optional::empty;

    Options(Sweeper sweeper) {
        base = RelayOptions.defaults(sweeper);
        bufferBytes = base.room().bufferBytes();
        maxEventBytes = base.room().maxEventBytes();
        commit = base.held().commit();
        holdBytes = base.held().bytes();
        firstOutput = base.limits().firstOutput();
        afterTerminal = base.limits().afterTerminal();
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
        model = new RelayOptions.Names(upstream, client);
        return this;
    }

    Options mayMoveOn(Predicate<StreamError> which) {
        mayMoveOn = which;
        return this;
    }

    Options clock(LongSupplier nanos) {
        nanoClock = nanos;
        return this;
    }

    Options ending(Ending which) {
        ending = which;
        return this;
    }

    Options cancelled(GatewayError told) {
        cancelled = () -> Optional.of(told);
        return this;
    }

    RelayOptions build() {
        return base.withRoom(bufferBytes, maxEventBytes).withHeld(commit, holdBytes, base.held().time()).withFirstOutput(firstOutput)
                .withAfterTerminal(afterTerminal).withDrain(drain, drainBytes).withModel(model).withMayMoveOn(mayMoveOn)
                .withClocks(nanoClock, () -> 1_760_000_000_000L).withEnding(ending).withCancelled(cancelled);
    }
}
