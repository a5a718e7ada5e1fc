package sluice.clients;

/** When a key was used last, to the second. Thread-safe: of two uses at once either is the last one. */
public final class KeyUse {
    private static final long STEP_MILLIS = 1000;

    private volatile long lastMillis;

    KeyUse() {
        // it was not used yet
    }

    /** It is used now. Many threads share this word, so that it is written once a second at most. */
    void at(long epochMillis) {
        if (epochMillis - lastMillis >= STEP_MILLIS) {
            lastMillis = epochMillis;
        }
    }

    /** In milliseconds since 1970; 0: never, as far as is known. */
    public long lastMillis() {
        return lastMillis;
    }
}
