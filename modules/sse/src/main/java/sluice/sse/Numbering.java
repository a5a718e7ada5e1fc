package sluice.sse;

/**
 * The number that an end made by the gateway will have: one more than the last event's. Most events are not read for it: it is
 * enough to know where the last one stands, as long as it stands in the buffer. Confined to the stream's thread.
 */
final class Numbering {
    private static final long NONE = -1;

    private final EventReading reading;
    /** The last event of a kind that has numbers, if it is in the buffer and was not read; otherwise -1. */
    private int from = -1;
    private int to = -1;
    private long event;
    /** The last number that was read, and of which event. */
    private long number = NONE;
    private long numbered;

    Numbering(EventReading reading) {
        this.reading = reading;
    }

    /** The event of that place in the stream was not read; it stands at {@code [eventFrom, eventTo)}. */
    void unread(long place, int eventFrom, int eventTo) {
        event = place;
        from = eventFrom;
        to = eventTo;
    }

    /** The event of that place in the stream was read, and has this number; -1 if it has none, as heartbeats have none. */
    void read(long place, long sequence) {
        if (sequence >= 0) {
            number = sequence;
            numbered = place;
            from = -1;
        }
    }

    /** Where the event stands whose bytes are still needed; -1 if none are. */
    int from() {
        return from;
    }

    /** The buffer's content was moved by {@code distance} bytes. */
    void moved(int distance) {
        if (from >= 0) {
            from += distance;
            to += distance;
        }
    }

    /** Reads the number before the event's bytes are given up; whether anything was read. */
    boolean keep(byte[] bytes) {
        if (from < 0) {
            return false;
        }
        long sequence = reading.numberOf(bytes, from, to);
        if (sequence < 0 && number >= 0) {
            // An upstream that numbers some events only. Each event took one number at most, so this one is not too low.
            sequence = number + event - numbered;
        }
        read(event, sequence);
        from = -1;
        return true;
    }

    /** The number of the next event, once all is {@linkplain #keep kept}. */
    long next() {
        return number + 1;
    }
}
