package sluice.wspool;

import java.util.List;
import sluice.api.TurnPool;

/** A seat with what the bookkeeping knows of it. All but {@link #occupant} is guarded by the lock of {@link LeanSeats}. */
final class LeanSeat<C> implements TurnPool.Seats.Seat<C> {
    /** What a seat is doing. */
    enum State { BUSY, PINNED, IDLE, VACANT }

    private final String id;
    private final long group;
    private LeanSeat<C> nextByAge = this;
    private LeanSeat<C> previousByAge = this;
    private LeanSeat<C> nextInGroup = this;
    private LeanSeat<C> previousInGroup = this;
    private volatile List<C> occupant = List.of();
    private State state = State.BUSY;
    private long affinity;
    private long bornNanos;
    private long idleSinceNanos;

    /** The end of a list's ring. */
    LeanSeat() {
        this("", 0, 0, 0);
    }

    LeanSeat(String id, long group, long affinity, long bornNanos) {
        this.id = id;
        this.group = group;
        this.affinity = affinity;
        this.bornNanos = bornNanos;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public C occupant() {
        return occupant.getFirst();
    }

    boolean isOccupied() {
        return !occupant.isEmpty();
    }

    void occupy(C connection, long nowNanos) {
        occupant = List.of(connection);
        bornNanos = nowNanos;
    }

    long group() {
        return group;
    }

    State state() {
        return state;
    }

    void state(State now) {
        state = now;
    }

    long affinity() {
        return affinity;
    }

    void affinity(long now) {
        affinity = now;
    }

    long bornNanos() {
        return bornNanos;
    }

    long idleSinceNanos() {
        return idleSinceNanos;
    }

    void idleSince(long nanos) {
        idleSinceNanos = nanos;
    }

    LeanSeat<C> next(int lane) {
        return lane == SeatList.BY_AGE ? nextByAge : nextInGroup;
    }

    void next(int lane, LeanSeat<C> seat) {
        if (lane == SeatList.BY_AGE) {
            nextByAge = seat;
        } else {
            nextInGroup = seat;
        }
    }

    LeanSeat<C> previous(int lane) {
        return lane == SeatList.BY_AGE ? previousByAge : previousInGroup;
    }

    void previous(int lane, LeanSeat<C> seat) {
        if (lane == SeatList.BY_AGE) {
            previousByAge = seat;
        } else {
            previousInGroup = seat;
        }
    }
}
