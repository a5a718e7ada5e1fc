package sluice.wspool;

/**
 * A doubly linked list whose links live in the seats, so that a seat leaves from the middle at once and nothing is allocated.
 * A seat has two pairs of links, and so can be in two lists, one of each lane. Guarded by the lock of {@link LeanSeats}.
 */
final class SeatList<C> {
    /** By idle time, over all groups. */
    static final int BY_AGE = 0;
    /** Within a group. */
    static final int IN_GROUP = 1;

    private final int lane;
    private final LeanSeat<C> ring = new LeanSeat<>();
    private int size;

    SeatList(int lane) {
        this.lane = lane;
        ring.next(lane, ring);
        ring.previous(lane, ring);
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The one that was added first; only of a list that is not empty. */
    LeanSeat<C> first() {
        return ring.next(lane);
    }

    /** The one that was added last; only of a list that is not empty. */
    LeanSeat<C> last() {
        return ring.previous(lane);
    }

    /** Whether {@code seat}, reached by a step beyond the first or the last, is the end. */
    boolean isEnd(LeanSeat<C> seat) {
        return seat == ring;
    }

    LeanSeat<C> before(LeanSeat<C> seat) {
        return seat.previous(lane);
    }

    LeanSeat<C> after(LeanSeat<C> seat) {
        return seat.next(lane);
    }

    void add(LeanSeat<C> seat) {
        LeanSeat<C> last = ring.previous(lane);
        last.next(lane, seat);
        seat.previous(lane, last);
        seat.next(lane, ring);
        ring.previous(lane, seat);
        size++;
    }

    void remove(LeanSeat<C> seat) {
        seat.previous(lane).next(lane, seat.next(lane));
        seat.next(lane).previous(lane, seat.previous(lane));
        seat.next(lane, seat);
        seat.previous(lane, seat);
        size--;
    }
}
