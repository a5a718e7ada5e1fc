package sluice.sse;

import java.io.IOException;
import sluice.json.AccountNames;
import sluice.responses.EventKind;
import sluice.responses.EventType;

/**
 * An event that does not fit into the buffer: it is read as it passes, and goes on before it is whole. Confined to the stream's
 * thread.
 */
final class LongEvent {
    /** So much of an error is kept until its code is known; upstreams write it near the start. */
    private static final int JUDGED_BYTES = 64 * 1024;

    private final RelayBuffer buffer;
    private final EventReading reading;
    private final Outlet outlet;
    private final ClientSide client;
    private final Commitment commitment;
    private final FramePieces pieces = new FramePieces();
    private boolean passing;
    private boolean decided;
    private long bytes;
    /** It is an error, and what it says is not known yet. */
    private boolean judging;
    /** It is the one that the stream is refused for: it is read, not passed. */
    private boolean swallowing;
    /** It comes behind the end of the response. */
    private boolean dropping;

    LongEvent(RelayBuffer buffer, EventReading reading, Outlet outlet, ClientSide client, Commitment commitment) {
        this.buffer = buffer;
        this.reading = reading;
        this.outlet = outlet;
        this.client = client;
        this.commitment = commitment;
    }

    /** Begins with the frame that {@code frames} has not found the end of. */
    void begin(FrameScanner frames) {
        passing = true;
        decided = false;
        judging = false;
        dropping = false;
        bytes = buffer.limit - frames.start();
        reading.begin();
        pieces.begin(frames.start(), frames.startsStream(), frames.startsAfterCr());
    }

    /** Whether the stream is inside of one. */
    boolean isPassing() {
        return passing;
    }

    /** So many bytes were read into the buffer. */
    void arrived(int count) {
        bytes += count;
    }

    /** Its size so far. */
    long bytes() {
        return bytes;
    }

    /** Reads what is here of it; whether it has ended. */
    boolean read() {
        while (true) {
            switch (pieces.next(buffer.bytes, buffer.limit)) {
                case DATA -> pieces.moved(reading.feed(buffer, pieces.dataFrom(), pieces.dataTo()));
                case DATA_END -> reading.newline();
                case FRAME_END -> {
                    passing = false;
                    return true;
                }
                case MORE -> {
                    return false;
                }
            }
        }
    }

    /** Hands on what was read of it, though it is not whole. */
    void relayPart() throws IOException {
        if (!decided) {
            decide();
        }
        int safe = reading.safeUpTo(pieces.at());
        if (judging && !outlet.hasRoom(safe - buffer.written)) {
            judging = false;
            swallowing = commitment.refuseFor(reading.found());
            if (!swallowing) {
                commitment.admit(EventKind.OUTPUT);
            }
        }
        if (safe > buffer.written) {
            if (type().kind() == EventKind.FAILED) {
                AccountNames.hide(buffer.bytes, buffer.written, safe);
            }
            if (!swallowing && !dropping) {
                client.emit(buffer.bytes, buffer.written, safe, false);
            }
            buffer.skip(safe);
        }
    }

    private void decide() {
        decided = true;
        dropping = commitment.isTooLate(type(), type().kind());
        if (dropping) {
            return;
        }
        judging = pieces.dataSeen() && type().kind() == EventKind.FAILED && outlet.holding();
        if (judging) {
            outlet.holdMore(JUDGED_BYTES);
        } else if (pieces.dataSeen()) {
            commitment.admit(type().kind());
        } else {
            outlet.open();
        }
    }

    /** Its type, as far as it is known. */
    EventType type() {
        EventType told = reading.found().type();
        return told == EventType.UNKNOWN ? pieces.type() : told;
    }

    /** Whether it has data, without which it is no event. */
    boolean isEvent() {
        return pieces.dataSeen();
    }

    /** Whether it was read to its end only to be refused. */
    boolean isSwallowed() {
        return swallowing;
    }

    /** Whether none of it goes to the client. */
    boolean isDropped() {
        return dropping;
    }

    /** Everything before this place was read. */
    int at() {
        return pieces.at();
    }

    /** Whether a LF at {@link #at} would belong to it. */
    boolean lfMayFollow() {
        return pieces.lfMayFollow();
    }

    /** The buffer's content was moved by {@code distance} bytes. */
    void moved(int distance) {
        pieces.moved(distance);
    }
}
