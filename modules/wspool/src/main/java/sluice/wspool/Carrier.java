package sluice.wspool;

import java.io.IOException;
import sluice.api.OutboundBody;

/** A connection while it carries a turn; {@link #over} says what becomes of it then. */
interface Carrier extends EventMailbox.WhenOver {
    /** Where the events of its turns begin. */
    TurnBeginnings beginnings();

    /** Sends the turn. */
    void send(OutboundBody body) throws IOException;

    /** Its account takes no more turns on it, and has refused this one. */
    void tooOld();
}
