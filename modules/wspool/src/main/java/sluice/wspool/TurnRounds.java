package sluice.wspool;

import java.util.function.Supplier;
import sluice.api.UpstreamRequest;
import sluice.api.UpstreamResult;
import sluice.api.UpstreamResult.Kind;
import sluice.api.UpstreamSettings;
import sluice.net.StaleConnections;

/**
 * Sends a turn, and once more where only its connection was at fault: another one is taken for one that was too old or had gone
 * stale. Thread-safe.
 */
final class TurnRounds {
    private final UpstreamSettings settings;
    private final StaleConnections stale;
    private final int maxSeats;

    TurnRounds(UpstreamSettings settings, int maxSeats) {
        this.settings = settings;
        stale = new StaleConnections(settings.staleReset(), settings.nanoClock());
        this.maxSeats = maxSeats;
    }

    /** Where a turn gets a connection. */
    @FunctionalInterface
    interface Place {
        /** Blocks until there is one; {@code again}: one that is proven to be alive, for another one was not. */
        Joined join(EventMailbox turn, boolean again);
    }

    /**
     * Blocks until the first event.
     *
     * @param form how its messages become events, for each time that it is sent
     * @param portable whether it may go to another connection
     */
    UpstreamResult run(UpstreamRequest request, Supplier<EventForm> form, boolean portable, Place place) {
        // Each further round has closed a connection that was too old, and there are no more of them than seats.
        int further = portable ? maxSeats + 1 : 0;
        boolean mayHaveRun = false;
        for (int round = 0; ; round++) {
            boolean first = round == 0;
            TurnCall call = new TurnCall(request, form.get(), settings, stale);
            switch (place.join(call.mailbox(), !first)) {
                case AccountPool.Given.Failed(Kind kind, String detail) -> {
                    return UpstreamResult.Unreachable.unconnected(mayHaveRun, kind, detail);
                }
                case AccountPool.Given.Refused(UpstreamDial.Outcome.Refused answer) -> {
                    return TurnCall.refusedHandshake(answer, mayHaveRun);
                }
                case Joined.Ready(Carrier carrier, boolean reused, long connectNanos) -> {
                    TurnCall.Came came = call.make(carrier);
                    if (round < further && (reused || first) && came.isTooOld()) {
                        carrier.tooOld();
                    } else if (round < further && reused && first
                            && came instanceof TurnCall.Came.Nothing(UpstreamResult.Unreachable failure, boolean wasStale) && wasStale) {
                        mayHaveRun = failure.requestSent();
                    } else {
                        return TurnCall.result(came, mayHaveRun, connectNanos);
                    }
                }
            }
        }
    }
}
