package sluice.wspool;

import sluice.responses.EventType;

/** How the messages of a turn become events of a stream. Called by the connection's reader. */
interface EventForm {
    /** The message itself is the event. */
    byte[] ITSELF = {};

    /** As they are, for a client whose turn it is. */
    EventForm SAME = (buffer, offset, length, type) -> ITSELF;

    /** The event that takes the place of a message behind the first one; {@link #ITSELF} where it stays. */
    byte[] instead(byte[] buffer, int offset, int length, EventType type);

    /** A message has come. */
    default void came(byte[] buffer, int offset, int length, EventType type) {
        // most need not remember it
    }
}
