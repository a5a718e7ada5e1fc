package sluice.websocket;

/**
 * Memory for messages that are being received. All methods are called on the receiving thread.
 */
public interface MessageRoom {
    /** As much as there is. */
    MessageRoom UNLIMITED = new MessageRoom() {
        @Override
        public boolean reserve(int bytes) {
            return true;
        }

        @Override
        public void passed(long bytes) {
            throw new IllegalStateException("no message is refused");
        }
    };

    /**
     * A frame of a message comes, with so many bytes; they are read once this returns. May wait.
     *
     * @return false if there is no room: then nothing is kept of the message, and {@link #passed} follows at its end
     */
    boolean reserve(int bytes);

    /** So many bytes of a message have come. */
    default void received(int bytes) {
        // most do not care
    }

    /** A message of so many bytes for which there was no room has been read past. */
    void passed(long bytes);
}
