package sluice.records;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * All who observe requests, and the order in which they are told. The price stands in the record by then: it was set when the
 * request gave its place back at the latest. Who fails does not keep the others from being told. A health probe
 * is no request: nobody is told. Immutable and thread-safe.
 */
public final class RequestObservers implements RequestObserver {
    /** What an observer is for: they are told in the order of these constants. */
    public enum Role {
        /** Writes the line of the log, before anything else may keep the request longer. */
        LOG,
        /** Keeps usage. */
        LEDGER,
        /** Counts metrics and keeps what operators see. */
        OPERATIONS
    }

    /** Nobody. */
    public static final RequestObservers NONE = new RequestObservers(List.of());

    private record Seat(Role role, RequestObserver observer) { }

    private final List<Seat> seats;

    private RequestObservers(List<Seat> seats) {
        this.seats = List.copyOf(seats);
    }

    /** These and one more; of two with the same role, the first added is told first. */
    public RequestObservers with(Role role, RequestObserver observer) {
        List<Seat> more = new ArrayList<>(seats);
        more.add(new Seat(role, observer));
        more.sort(Comparator.comparing(Seat::role));
        return new RequestObservers(more);
    }

    @Override
    public void ended(RequestRecord record) {
        if (record.isProbe()) {
            return;
        }
        for (Seat seat : seats) {
            try {
                seat.observer().ended(record);
            } catch (RuntimeException e) {
                System.getLogger("sluice.records").log(System.Logger.Level.ERROR,
                        "request " + record.requestId + ": " + seat.role() + " failed", e);
            }
        }
    }
}
