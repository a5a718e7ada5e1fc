package sluice.wspool;

import java.util.function.Consumer;
import sluice.buffers.AnswerRoom;
import sluice.websocket.MessageRoom;

/**
 * The memory that a message of an account takes while it comes. Where there is none, the connection is given up: what follows the
 * message would have no beginning. Confined to the connection's reader, but for {@link #whenLost}, which comes first.
 */
final class MessageMemory implements MessageRoom {
    private final AnswerRoom.Part part;
    private Consumer<String> whenLost = why -> { };
    private long bytes;

    MessageMemory(AnswerRoom room) {
        part = room.part();
    }

    /** Who ends the connection. */
    void whenLost(Consumer<String> action) {
        whenLost = action;
    }

    /** A message is read into an array that grows, so up to twice as much is held for it. */
    @Override
    public boolean reserve(int more) {
        try {
            part.hold(2 * (bytes + more));
            bytes += more;
            return true;
        } catch (AnswerRoom.Exhausted e) {
            whenLost.accept(e.getMessage());
            return false;
        }
    }

    @Override
    public void passed(long lost) {
        release();
    }

    /** The message is done with. */
    void release() {
        bytes = 0;
        part.close();
    }
}
