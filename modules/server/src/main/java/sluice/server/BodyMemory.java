package sluice.server;

/** The memory for bodies that have come and that nobody has read yet. Thread-safe; never waits. */
interface BodyMemory {
    /** Takes {@code bytes}; false if there are not as many. */
    boolean take(int bytes);

    /** Gives back what was taken. */
    void giveBack(int bytes);
}
